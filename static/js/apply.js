// Applies one fragment of the live stream to the page.
import { announce, byId, composer, list } from "./turns.js";
import { placeTurn } from "./place.js";
import { exchange } from "./keep.js";

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html || "";
  return template.content;
}

// added lets htmx see new forms and links.
const added = (elements) => elements.forEach((el) => window.htmx.process(el));

function append(target, content) {
  const elements = [...content.children];
  for (const el of elements) {
    const old = el.id && byId(el.id);
    if (el.classList.contains("turn")) placeTurn(el);
    else if (old) exchange(old, el);
    else target.append(el);
  }
  added(elements);
}

// shut lets nobody write where nothing may be added, or lets them again.
function shut(state) {
  for (const field of composer()?.elements || []) field.disabled = !state.hidden;
  if (!state.hidden) announce(state.textContent);
}

function replace(target, content) {
  const el = content.firstElementChild;
  if (!el) return;
  exchange(target, el);
  added([el]);
  if (el.id === "thread-state") shut(el);
}

// happened tells whether something was done in this tab already, and notes it.
function happened(what) {
  try {
    const list = JSON.parse(sessionStorage.getItem("happened")) || [];
    if (list.includes(what)) return true;
    sessionStorage.setItem("happened", JSON.stringify([...list.slice(-99), what]));
  } catch {
    // Without a memory it may happen again when the page connects anew.
  }
  return false;
}

// apply returns false when the page has no place for the fragment: then it has
// missed something and needs the whole turn.
export function apply(fragment) {
  const turns = list();
  if (!turns || turns.dataset.thread !== fragment.thread || "older" in turns.dataset) return true;
  const target = byId(fragment.target);
  if (fragment.once && happened(fragment.once)) return true;
  if (!target) return fragment.swap === "remove" || fragment.swap === "update";
  switch (fragment.swap) {
    case "append":
      append(target, parse(fragment.html));
      break;
    case "replace":
    case "update":
      replace(target, parse(fragment.html));
      break;
    case "inner":
      target.replaceChildren(parse(fragment.html));
      break;
    case "text": {
      const text = target.querySelector("pre code, .plain");
      if (!text) return false;
      text.append(fragment.html || "");
      break;
    }
    case "effect":
      document.dispatchEvent(new CustomEvent("chatkit.effect", { detail: JSON.parse(fragment.html) }));
      break;
    case "remove":
      target.remove();
      break;
  }
  if (fragment.seq) turns.dataset.seq = fragment.seq;
  return true;
}
