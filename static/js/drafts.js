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

const toolKey = (form) => key(form).replace(prefix, "tool:");

export function keepDraft(form) {
  store(key(form), form.elements.content.value);
  store(toolKey(form), form.elements.tool?.value);
}

export function dropDraft(form) {
  store(key(form), "");
  store(key(form).replace(prefix, "extras:"), "");
  store(toolKey(form), "");
}

// restoreDraft fills an empty box, and chooses the tool that it was for.
export function restoreDraft() {
  const form = composer();
  if (!form || form.elements.content.value) return;
  try {
    form.elements.content.value = localStorage.getItem(key(form)) || "";
    const { tool } = form.elements;
    for (const { value } of tool?.options || []) if (value === localStorage.getItem(toolKey(form))) tool.value = value;
  } catch {
    return;
  }
  form.elements.content.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("change", ({ target }) => target.id === "tool" && keepDraft(composer()));

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-signout]")) return;
  for (const name of Object.keys(localStorage)) if (/^(draft|extras|tool|waiting):/.test(name)) store(name, "");
});
