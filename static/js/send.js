// Sending a message: it is shown at once, and its text is kept until the server
// has it. The key that the server knows it by stays the same until then, so
// that sending it twice does no harm.
import { byId, list, composer } from "./turns.js";
import { dropDraft } from "./drafts.js";
import { fill } from "./composer.js";
import { toEnd } from "./scroll.js";

let sending = null; // { form, text } of the message on its way

const hello = (hidden) => document.querySelector("[data-hello]")?.toggleAttribute("hidden", hidden);

function freshKey(form) {
  const random = crypto.getRandomValues(new Uint8Array(12));
  form.elements.client_key.value = Array.from(random, (b) => b.toString(16).padStart(2, "0")).join("");
}

function showPending(text) {
  const turn = byId("pending-turn").content.firstElementChild.cloneNode(true);
  turn.querySelector("[data-text]").textContent = text;
  list().append(turn);
}

document.addEventListener("htmx:before:request", (event) => {
  const form = event.detail.ctx.sourceElement;
  const text = form.elements?.content?.value;
  if (!text || !list()) return;
  sending = { form, text };
  hello(true);
  showPending(text);
  if (form === composer()) fill(form, ""); // the draft stays until the server has it
  toEnd();
});

function succeeded({ form }) {
  if (form !== composer()) return;
  dropDraft(form);
  freshKey(form);
}

function failed({ form, text }) {
  for (const pending of document.querySelectorAll(".turn[data-pending]")) pending.remove();
  hello(false);
  const box = composer();
  if (box && box === form && box.elements.content.value === "") fill(box, text);
}

document.addEventListener("htmx:after:request", (event) => {
  if (!sending || event.detail.ctx.sourceElement !== sending.form) return;
  if (event.detail.ctx.response.status < 400) {
    succeeded(sending);
    sending = null;
  }
});

// Where the end of the request finds the message still on its way, it failed.
document.addEventListener("htmx:finally:request", (event) => {
  if (!sending || event.detail.ctx.sourceElement !== sending.form) return;
  failed(sending);
  sending = null;
});

// The first message brings a new box: typing goes on there.
document.addEventListener("htmx:after:swap", () => {
  if (document.activeElement === document.body && matchMedia("(hover: hover)").matches) composer()?.elements.content.focus();
});
