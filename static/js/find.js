// The palette is fetched when it is wanted for the first time. Without scripts
// its buttons lead to the search page.
const open = (event) => {
  event.preventDefault();
  import("./palette.js").then((palette) => palette.toggle());
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette]") && !event.ctrlKey && !event.metaKey && !event.shiftKey) open(event);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && document.querySelector("[data-palette]"))
    open(event);
});
