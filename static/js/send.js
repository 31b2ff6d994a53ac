// Sending a message: it is shown at once, and its text is kept until the server
// has it. The key that the server knows it by stays the same until then, so
// that sending it twice does no harm.
import { byId, list, composer, statusOf } from "./turns.js";
import { dropDraft, keepDraft } from "./drafts.js";
import { fill } from "./composer.js";
import { toEnd } from "./scroll.js";

const sending = new Map(); // form → the message of it that is on its way
let carried = ""; // what was typed while a conversation was begun

const hello = (hidden) => document.querySelector("[data-hello]")?.toggleAttribute("hidden", hidden);

export const extras = (form) => [...(form.querySelector("[data-extras]")?.children || [])];

export function randomKey() {
  const random = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(random, (b) => b.toString(16).padStart(2, "0")).join("");
}

// snapshot is what a composer holds.
export const snapshot = (form) => ({
  key: form.elements.client_key.value,
  text: form.elements.content.value,
  model: form.elements.model?.value,
  tool: form.elements.tool?.value,
  extras: extras(form).map((el) => ({ ...el.dataset })),
});

// empty makes the composer ready for the next message.
export function empty(form) {
  form.elements.client_key.value = randomKey();
  fill(form, "");
  if (form.elements.tool) form.elements.tool.value = ""; // it is for one message
  for (const el of extras(form)) el.remove();
}

// later lets a message wait: for the answer's end, or, with the status of a
// request that failed, for another try.
export const later = (form, entry, status) =>
  import("./waiting.js").then(
    ({ keep }) => keep(form, entry, status),
    () => form.elements.content.value || fill(form, entry.text), // it could not even be loaded
  );

function showPending({ text, extras }) {
  const turn = byId("pending-turn").content.firstElementChild.cloneNode(true);
  turn.querySelector("[data-text]").textContent = text || extras.map((e) => e.label).join(", ");
  list().append(turn);
}

document.addEventListener("htmx:before:request", (event) => {
  const form = event.detail.ctx.sourceElement;
  if (!form.elements?.content || !list() || "editing" in form.dataset) return;
  const entry = snapshot(form);
  sending.set(form, entry);
  hello(true);
  showPending(entry);
  if (form === composer()) empty(form); // the draft stays until the server has it
  toEnd();
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement;
  if (!sending.has(form) || ctx.response.status >= 400) return;
  sending.delete(form);
  if (form !== composer()) return;
  if (!form.dataset.composer && form.elements.content.value.trim()) carried = form.elements.content.value;
  dropDraft(form);
  if (form.dataset.composer) keepDraft(form);
});

// Where the end of the request finds the message still on its way, it failed:
// it waits for another try.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement;
  const entry = sending.get(form);
  if (!sending.delete(form)) return;
  for (const pending of document.querySelectorAll(".turn[data-pending]")) pending.remove();
  hello(false);
  if (form !== composer()) return;
  later(form, entry, statusOf(ctx));
});

// The first message brings a new box: typing goes on there.
document.addEventListener("htmx:after:swap", () => {
  if (carried && composer()?.dataset.composer) {
    fill(composer(), carried);
    keepDraft(composer());
    carried = "";
  }
  if (document.activeElement === document.body && matchMedia("(hover: hover)").matches) composer()?.elements.content.focus();
});
