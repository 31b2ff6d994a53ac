// Writes a message anew, in its place.
import { byId, list, isRunning, announce } from "./turns.js";
import { field } from "./chips.js";
import { randomKey } from "./send.js";

// source is the message as it was typed, and the tasks it mentions.
function source(bubble) {
  let text = "";
  const mentions = [];
  for (const node of bubble.childNodes) {
    const id = node.dataset?.mention;
    text += id ? `@${node.textContent}` : node.textContent;
    if (id) mentions.push(field({ kind: "mention", value: `${id} ${node.textContent}` }));
  }
  return { text, mentions };
}

export function open(button) {
  if (isRunning()) return announce("Wait for the answer or stop it, then edit your message.");
  const row = button.closest(".user-row");
  const bubble = row.querySelector(".bubble");
  if (!bubble || row.querySelector(".edit")) return;
  const form = byId("edit").content.firstElementChild.cloneNode(true);
  const { text, mentions } = source(bubble);
  const box = form.elements.content;
  form.action = button.dataset.edit;
  // Of an older part of the thread the answer leads to the end, which is another page.
  const older = "older" in list().dataset;
  if (!older) form.setAttribute("hx-post", button.dataset.edit);
  const last = !older && row.closest(".turn") === list().lastElementChild;
  form.querySelector(last ? "[data-more]" : "[data-last]").remove();
  form.elements.client_key.value = randomKey();
  form.append(...mentions);
  box.value = text;
  const back = document.activeElement.id === "content" ? document.activeElement : button;
  const close = () => {
    form.remove();
    row.removeAttribute("data-edits");
    back.focus();
  };
  form.querySelector("[data-cancel]").onclick = close;
  form.onkeydown = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.shiftKey && !event.altKey && !matchMedia("(hover: none) and (pointer: coarse)").matches) form.requestSubmit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  bubble.after(form);
  row.setAttribute("data-edits", "");
  window.htmx.process(form);
  box.focus();
}
