// The palette: a field over a list. The focus stays in the field; the arrow keys
// move through what the server has found, Enter goes there.
import { byId } from "./turns.js";

let opening = false;
let named = 0;

const options = () => [...byId("palette-list").querySelectorAll("[role=option]:not([aria-disabled])")];
const chosen = () => byId("palette-list").querySelector("[aria-selected=true]");

// Options have no ids from the server: htmx carries attributes over between
// elements that have the same.
function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  const field = byId("palette").querySelector("input");
  if (!option) return field.removeAttribute("aria-activedescendant");
  option.id ||= `palette-${++named}`;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

function step(by) {
  const list = options();
  const at = list.indexOf(chosen());
  choose(list[(at + by + list.length) % list.length]);
}

function pressed(event) {
  if (event.isComposing || event.target.localName !== "input") return;
  if (event.key === "ArrowDown") step(1);
  else if (event.key === "ArrowUp") step(-1);
  else if (event.key === "Enter") chosen()?.click();
  else return;
  event.preventDefault();
}

// What is behind the dialog closes it, and so does what needs no other page.
function clicked(event) {
  const dialog = byId("palette");
  if (event.target === dialog || event.target.closest("[data-theme-toggle]")) dialog.close();
}

function show(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  document.body.append(template.content);
  const dialog = byId("palette");
  window.htmx.process(dialog);
  dialog.addEventListener("keydown", pressed);
  dialog.addEventListener("click", clicked);
  dialog.addEventListener("close", () => dialog.remove());
  new MutationObserver(() => byId("palette-list") && !chosen() && choose(options()[0])).observe(dialog, { childList: true });
  dialog.showModal();
  choose(options()[0]);
}

// toggle opens the palette, or closes it if it is open.
export async function toggle() {
  if (byId("palette")) return byId("palette").close();
  if (opening) return;
  opening = true;
  try {
    const response = await fetch("/palette", { headers: { "HX-Request": "true" } });
    if (!response.ok || response.redirected) throw new Error(response.status);
    show(await response.text());
  } catch {
    location.assign("/search");
  } finally {
    opening = false;
  }
}
