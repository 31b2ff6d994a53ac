// The chosen model is the next message's, too.
const key = "model";

export function choose(form) {
  const select = form.elements.model;
  try {
    const last = localStorage.getItem(key);
    if ([...select.options].some((o) => o.value === last)) select.value = last;
  } catch {
    // Storage is forbidden: it begins with the first one.
  }
}

document.addEventListener("change", ({ target }) => {
  if (target.id !== "model") return;
  try {
    localStorage.setItem(key, target.value);
  } catch {
    // It is kept as long as the page.
  }
});
