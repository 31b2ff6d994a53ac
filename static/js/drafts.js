// Keeps what was typed but not sent, for each thread, in this browser. Signing
// out takes it away.
import { composer, room } from "./turns.js";

const prefix = "draft:";
const key = (form) => prefix + room(form);

function store(name, text) {
  try {
    if (text) localStorage.setItem(name, text);
    else localStorage.removeItem(name);
  } catch {
    // Storage is forbidden or full: the draft lives as long as the page.
  }
}

export function keepDraft(form) {
  store(key(form), form.elements.content.value);
}

export function dropDraft(form) {
  store(key(form), "");
  store(key(form).replace(prefix, "extras:"), "");
}

// restoreDraft fills an empty box.
export function restoreDraft() {
  const form = composer();
  if (!form || form.elements.content.value) return;
  try {
    form.elements.content.value = localStorage.getItem(key(form)) || "";
  } catch {
    return;
  }
  form.elements.content.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-signout]")) return;
  for (const name of Object.keys(localStorage)) if (/^(draft|extras|waiting):/.test(name)) store(name, "");
});
