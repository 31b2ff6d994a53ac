// Shows the messages that wait, and sends them one after the other. Their keys
// make sending one twice harmless.
import { byId, list, isRunning, statusOf, t } from "./turns.js";
import { field } from "./chips.js";
import { read, remove } from "./waiting-store.js";

const refused = new Set(); // keys
const under = new Set(); // keys of those that are on their way
let failures = 0;
let timer = 0;

const rows = () => [...document.querySelectorAll("[data-waiting]")];
export const keyOf = (form) => form.elements.client_key.value;

// failed decides what becomes of a message that was not taken.
export function failed(key, status) {
  if (status >= 400 && status < 500 && status !== 409 && status !== 429) refused.add(key);
  else {
    clearTimeout(timer);
    timer = setTimeout(again, Math.min(15_000, 1000 * 2 ** failures++));
  }
}

// again tries at once.
export function again() {
  clearTimeout(timer);
  timer = 0;
  update();
}

function row(entry) {
  const old = rows().find((form) => keyOf(form) === entry.key);
  if (old) return old.parentElement;
  const el = byId("waiting").content.firstElementChild.cloneNode(true);
  const form = el.firstElementChild;
  for (const [name, value] of Object.entries({ content: entry.text, client_key: entry.key, model: entry.model || "", tool: entry.tool || "" }))
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  form.append(...entry.extras.map(field));
  const also = entry.extras.filter((e) => e.kind !== "mention").map((e) => e.label);
  form.querySelector("[data-text]").textContent = entry.text || also.join(", ");
  return el;
}

function note(key) {
  if (refused.has(key)) return "Not sent. Take it back to change it.";
  if (timer) return "Not sent yet. It is tried again by itself.";
  if (isRunning()) return "Waits for the answer";
  return "Waits for you";
}

// update shows what waits, and sends the first one when it may go.
export function update() {
  const box = document.querySelector("[data-waiting-list]");
  if (!box || under.size) return;
  const entries = read();
  box.hidden = entries.length === 0;
  const fresh = entries.map(row);
  for (const el of [...box.children]) if (!fresh.includes(el)) el.remove(); // the others keep the focus
  for (const el of fresh.filter((el) => !el.isConnected)) {
    box.append(el);
    window.htmx.process(el);
  }
  for (const form of rows()) form.querySelector("[data-note]").textContent = t(note(keyOf(form)));
  const last = list()?.lastElementChild?.dataset.status;
  if (!entries.length || timer || isRunning() || refused.has(entries[0].key)) return;
  if (last === undefined || last === "completed" || last === "cancelled") rows()[0].requestSubmit();
}

const waits = (ctx) => ctx.sourceElement?.matches?.("[data-waiting]") && ctx.sourceElement;

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => waits(ctx) && under.add(keyOf(waits(ctx))));
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!waits(ctx) || ctx.response.status >= 400) return;
  remove(keyOf(waits(ctx)));
  under.delete(keyOf(waits(ctx)));
  failures = 0;
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const form = waits(ctx);
  if (!form) return;
  under.delete(keyOf(form));
  if (!(ctx.response?.status < 400)) failed(keyOf(form), statusOf(ctx));
  setTimeout(update);
});
