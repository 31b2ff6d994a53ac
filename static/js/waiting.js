// Messages that wait their turn, while an answer is made or the connection is
// lost. They can be taken back.
import { list, composer } from "./turns.js";
import { fill } from "./composer.js";
import { dropDraft, keepDraft } from "./drafts.js";
import { put } from "./chips.js";
import { place, read, write, remove, move } from "./waiting-store.js";
import { update, failed, again, keyOf } from "./waiting-list.js";

let shown = place();

// keep adds a message, with the status of the answer if it was tried.
export function keep(form, entry, status) {
  dropDraft(form);
  if (!read().some((e) => e.key === entry.key)) write([...read(), entry]);
  if (status !== undefined) failed(entry.key, status);
  update();
}

// takeBack puts a message into the box again, before what is there.
function takeBack(key) {
  const form = composer();
  const entry = read().find((e) => e.key === key);
  if (!entry) return;
  const box = form.elements.content;
  remove(key);
  fill(form, [entry.text, box.value].filter((text) => text.trim()).join("\n\n"));
  for (const data of entry.extras) put(form, data);
  for (const name of ["model", "tool"]) if (form.elements[name] && entry[name]) form.elements[name].value = entry[name];
  keepDraft(form);
  update();
  box.focus();
}

document.addEventListener("click", ({ target }) => {
  const form = target.closest("[data-take-back]")?.form;
  if (form) takeBack(keyOf(form));
});

addEventListener("online", again);
addEventListener("storage", ({ key }) => key === place() && update());

const turns = new MutationObserver(update);
function watch() {
  turns.disconnect();
  if (list()) turns.observe(list(), { childList: true, subtree: true, attributeFilter: ["data-status"] });
}

// The first message has brought its thread.
document.addEventListener("htmx:after:swap", () => {
  if (place() === shown) return;
  if (shown.endsWith(":new")) move(shown);
  shown = place();
  watch();
  update();
});

watch();
update();
