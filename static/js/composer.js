// The box for messages: its keys, its size, its counter, and what it refuses to send.
import { byId, isRunning, announce, t } from "./turns.js";
import { keepDraft, restoreDraft } from "./drafts.js";
import { snapshot, empty, later } from "./send.js";

const touch = matchMedia("(hover: none) and (pointer: coarse)");
const warnAt = 1000; // characters left

function fit(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

function count(form, box) {
  const left = box.maxLength - box.value.length;
  const counter = form.querySelector("[data-count]");
  counter.hidden = left > warnAt;
  counter.toggleAttribute("data-full", left <= 0);
  counter.textContent = left > warnAt ? "" : t("Characters left: %s", left);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-composer]");
  if (!form || event.target.name !== "content") return;
  fit(event.target);
  count(form, event.target);
  keepDraft(form);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isRunning() && !document.querySelector(":popover-open")) byId("stop")?.requestSubmit();
  const form = event.target.closest?.("[data-composer]");
  if (event.key === "ArrowUp" && event.target.id === "content" && !event.target.value && !event.shiftKey && !event.altKey) takeLast(event);
  if (!form || event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  const chord = event.ctrlKey || event.metaKey;
  if (!chord && (event.shiftKey || event.altKey || touch.matches)) return;
  event.preventDefault();
  form.requestSubmit();
});

// takeLast has the last message written anew: one that waits comes back into the box.
function takeLast(event) {
  const last = document.querySelector("[data-waiting-list] li:last-child [data-take-back]") || document.querySelector("#turns:not([data-older]) > .turn:last-child .edit-button");
  if (!last?.checkVisibility()) return;
  event.preventDefault();
  last.click();
}

// Before htmx sees it: what is blank is not sent, what has files on their way is
// sent when they are there, and what is written during an answer waits for its end.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-composer]")) return;
  const blank = form.elements.content.value.trim() === "" && !form.querySelector(".extra");
  const open = form.querySelector(".extra[data-state]");
  if (!blank && !open && !isRunning()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (blank) return;
  if (!open) hold(form);
  else if (form.querySelector("[data-state=failed]")) announce("A file could not be sent. Remove it or try it again, then send your message.");
  else {
    form.dataset.due = "";
    announce("Your message is sent when its files are there.");
  }
}, true);

// hold takes what is in the box at once: what is typed next is another message.
function hold(form) {
  const entry = snapshot(form);
  empty(form);
  later(form, entry);
  announce("Your message waits for the answer.");
}

// The stop button goes away under the pointer: the box takes the focus over.
document.addEventListener("submit", (event) => {
  if (event.target.id === "stop" && !touch.matches) byId("content")?.focus();
});

// fill puts text into the box as if it had been typed.
export function fill(form, text) {
  form.elements.content.value = text;
  fit(form.elements.content);
  count(form, form.elements.content);
}

restoreDraft();
