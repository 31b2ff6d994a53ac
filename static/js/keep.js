// When the server draws something anew, what a person was doing in it goes on:
// what they had filled in, what they had opened, where the focus was.
const fields = "input:not([type=hidden]), textarea, select";

function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((o) => o.selected !== o.defaultSelected);
  return field.value !== field.defaultValue;
}

const twin = (field, fresh) =>
  [...fresh.querySelectorAll(field.localName)].find(
    (f) => f.name === field.name && (field.type !== "radio" || f.value === field.value),
  );

function keepValues(old, fresh) {
  for (const field of old.querySelectorAll(fields)) {
    if (!field.name || !changed(field) || (field.form && "sent" in field.form.dataset)) continue;
    const same = twin(field, fresh);
    if (!same) continue;
    if (field.type === "checkbox" || field.type === "radio") same.checked = field.checked;
    else same.value = field.value;
  }
}

const place = (button) => button.value.split(":", 2).join(":");

// refocus gives the focus to the same field or button, or to what is in the
// button's place now.
function refocus(active, fresh) {
  let next = active.name && active.name !== "do" ? twin(active, fresh) : null;
  if (active.name === "do") {
    const buttons = [...fresh.querySelectorAll("button[name=do]")].filter((b) => !b.classList.contains("sr-only"));
    next = buttons.find((b) => b.value === active.value) || buttons.find((b) => place(b) === place(active)) || buttons.at(-1);
  }
  if (!next) return;
  next.focus({ preventScroll: true });
  try {
    if (active.selectionStart != null) next.setSelectionRange(active.selectionStart, active.selectionEnd);
  } catch {
    // Numbers and dates have no selection.
  }
}

// A fold that the person has opened or closed stays so; others are as the server
// has them.
document.addEventListener("click", (event) => {
  const fold = event.target.closest("summary")?.parentElement;
  if (fold) fold.dataset.chosen = "";
});

function keepFold(old, fresh) {
  if (!("chosen" in old.dataset)) return;
  fresh.open = old.open;
  fresh.dataset.chosen = "";
}

function keep(old, fresh) {
  keepValues(old, fresh);
  const folds = [...fresh.querySelectorAll("details")];
  [...old.querySelectorAll("details")].forEach((fold, i) => {
    if (folds[i]?.className === fold.className && folds[i].id === fold.id) keepFold(fold, folds[i]);
  });
  const shows = [...fresh.querySelectorAll(".w-transition")];
  [...old.querySelectorAll(".w-transition")].forEach((el, i) => {
    shows[i]?.classList.toggle("w-still", shows[i].dataset.shows === el.dataset.shows);
  });
}

// exchange puts fresh in old's place.
export function exchange(old, fresh) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  keep(old, fresh); // while old is on the page: outside of it fields have no form
  keepFold(old, fresh);
  old.replaceWith(fresh);
  if (active) refocus(active, fresh);
}
