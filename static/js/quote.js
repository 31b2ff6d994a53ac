// Quotes what is selected in an answer: a button appears beside the selection.
import { composer, list, t } from "./turns.js";
import { put } from "./chips.js";

const longest = 10_000;
const touch = matchMedia("(hover: none) and (pointer: coarse)");

const button = document.createElement("button");
Object.assign(button, { type: "button", className: "button button-small quote-button", textContent: t("Quote"), hidden: true });
button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
button.addEventListener("click", () => {
  const text = selected();
  hide();
  if (!text || !composer()) return;
  getSelection().removeAllRanges();
  put(composer(), { kind: "quote", value: text, label: text });
  composer().elements.content.focus();
});

const hide = () => (button.hidden = true);

function selected() {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return "";
  const common = selection.getRangeAt(0).commonAncestorContainer;
  const within = common.nodeType === Node.ELEMENT_NODE ? common : common.parentElement;
  return list()?.contains(within) && within.closest(".answer, .turn") ? String(selection).trim().slice(0, longest) : "";
}

function offer() {
  if (!selected()) return hide();
  if (!button.isConnected) document.querySelector(".dock").prepend(button);
  button.hidden = false;
  if (touch.matches) return; // there the system's own menu is beside the selection
  const box = getSelection().getRangeAt(0).getBoundingClientRect();
  button.style.top = `${Math.max(8, box.top - 44)}px`;
  button.style.left = `${Math.min(innerWidth - 100, Math.max(8, box.left))}px`;
}

let timer = 0;
document.addEventListener("selectionchange", () => {
  clearTimeout(timer);
  timer = setTimeout(offer, 150);
});
document.addEventListener("scroll", hide, { capture: true, passive: true });
offer();
