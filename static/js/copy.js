// The copy buttons of answers and of code.
import { announce } from "./turns.js";

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Plain http on another machine has no clipboard but still has this.
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "sr-only";
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}

function source(button) {
  if (button.matches(".code-copy")) return button.closest(".code").querySelector("pre").textContent;
  return button.closest(".actions").querySelector("[data-source]").content.textContent;
}

export async function copy(button) {
  try {
    await write(source(button));
  } catch {
    announce("Copying is not allowed here. Select the text instead.");
    return;
  }
  announce("Copied.");
  button.dataset.copied = "";
  setTimeout(() => delete button.dataset.copied, 1600);
}
