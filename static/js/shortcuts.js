// Shortcuts of one key, and the list of all. Loaded with the first key that is
// pressed outside of a field.
import { byId } from "./turns.js";

const store = "shortcuts"; // "off" when the person does not want them

const off = () => {
  try {
    return localStorage.getItem(store) === "off";
  } catch {
    return false;
  }
};

const go = (path) => () => location.assign(path);
const focus = (id) => () => byId(id)?.focus();

const keys = {
  "?": open,
  n: go("/chat"),
  t: go("/tasks"),
  a: () => (byId("new-title") ? focus("new-title")() : location.assign("/tasks")),
  m: () => (byId("content") ? focus("content")() : location.assign("/chat")),
};

export function press(event) {
  if (off() || !Object.hasOwn(keys, event.key) || document.querySelector(":popover-open, dialog[open]")) return;
  event.preventDefault();
  keys[event.key]();
}

// open shows the list, which the server writes.
export async function open() {
  let dialog = byId("shortcuts");
  if (!dialog) {
    const reply = await fetch("/shortcuts");
    if (!reply.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    dialog = page.querySelector("#shortcuts");
    if (!dialog) return;
    document.body.append(document.adoptNode(dialog));
    const box = dialog.querySelector("input");
    box.checked = !off();
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(store, box.checked ? "on" : "off");
      } catch {
        box.checked = true; // storage is forbidden: they stay
      }
    });
  }
  if (!dialog.open) dialog.showModal();
}
