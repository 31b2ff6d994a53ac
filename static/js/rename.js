// A name that is to be changed is selected: what is typed takes its place. Escape
// leaves it as it was.
import { byId } from "./turns.js";

document.addEventListener("focusin", ({ target }) => {
  if (target.closest(".rename") && target.name === "title") target.select();
});

document.addEventListener("keydown", (event) => {
  const row = event.key === "Escape" && !event.isComposing && event.target.closest("#threads [data-editing]");
  if (!row) return;
  delete row.dataset.editing;
  event.target.blur(); // nobody types here any more: the list may be drawn anew
  const { id } = row;
  document.addEventListener("htmx:after:swap", () => byId(id)?.querySelector("a").focus(), { once: true });
  document.body.dispatchEvent(new CustomEvent("threads-changed"));
});
