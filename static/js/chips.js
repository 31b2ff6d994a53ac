// What goes along with a message: files, a quote, mentioned tasks. Each is a chip
// in the composer with its hidden field, and is kept across reloads.
import { byId, composer, room, t } from "./turns.js";
import { extras } from "./send.js";

const fields = { file: "attachments", quote: "quoted_text", mention: "mention" };
const words = { file: "Remove the file %s", quote: "Remove the quote %s", mention: "Remove the mention of %s" };

export function save(form) {
  const name = `extras:${room(form)}`;
  const list = extras(form).filter((el) => el.dataset.value).map((el) => ({ ...el.dataset, state: undefined }));
  try {
    if (list.length) localStorage.setItem(name, JSON.stringify(list));
    else localStorage.removeItem(name);
  } catch {
    // Storage is forbidden or full: they live as long as the page.
  }
}

// field is the hidden field of what a chip stands for.
export function field({ kind, value }) {
  return Object.assign(document.createElement("input"), { type: "hidden", name: fields[kind], value });
}

export function look(chip, address) {
  const picture = Object.assign(new Image(), { src: address, alt: "" });
  picture.onerror = () => picture.remove();
  chip.querySelector(".extra-mark").replaceChildren(picture);
}

// fill completes a chip with what the server is told.
export function fill(form, chip, data) {
  Object.assign(chip.dataset, data);
  chip.append(field(chip.dataset));
  if (data.picture) look(chip, data.picture);
  save(form);
}

// put adds a chip. One with a value is complete; a quote takes the place of another.
export function put(form, data) {
  if (data.kind === "quote") extras(form).find((el) => el.dataset.kind === "quote")?.remove();
  const chip = byId("extra").content.firstElementChild.cloneNode(true);
  Object.assign(chip.dataset, { kind: data.kind, label: data.label });
  chip.querySelector(".extra-name").textContent = data.label;
  chip.querySelector("[data-remove]").setAttribute("aria-label", t(words[data.kind], data.label.slice(0, 80)));
  form.querySelector("[data-extras]").append(chip);
  if (data.value) fill(form, chip, data);
  return chip;
}

export function restore(form) {
  try {
    for (const data of JSON.parse(localStorage.getItem(`extras:${room(form)}`)) || []) {
      if (Object.hasOwn(fields, data.kind) && !extras(form).some((el) => el.dataset.value === data.value)) put(form, data);
    }
  } catch {
    // What can't be read is not ours.
  }
}

function forget(form, { kind, value }) {
  if (kind !== "file" || !value) return;
  const headers = { "X-CSRF-Token": form.elements.csrf_token.value };
  fetch(`/api/v1/chatkit/attachments/${value}`, { method: "DELETE", headers }).catch(() => {}); // unsent files are swept anyway
}

document.addEventListener("click", ({ target }) => {
  const chip = target.closest("[data-remove]")?.closest(".extra");
  if (!chip) return;
  const form = composer();
  chip.dispatchEvent(new CustomEvent("removed"));
  chip.remove();
  forget(form, chip.dataset);
  save(form);
  form.elements.content.focus();
});
