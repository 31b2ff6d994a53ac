// A name that is to be changed is selected: what is typed takes its place.
document.addEventListener("focusin", ({ target }) => {
  if (target.closest(".rename") && target.name === "title") target.select();
});
