// The rarer ways of composing. Each is loaded when it is wanted.
import { composer, room } from "./turns.js";

const takesFiles = () => composer()?.dataset.maxFile > 0 && !composer().elements.content.disabled;

function addFiles(files) {
  const list = [...files];
  import("./files.js").then(({ add }) => add(composer(), list));
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-attach]")) composer().querySelector("[data-files]").click();
  const edit = target.closest("[data-edit]");
  if (edit) import("./edit.js").then(({ open }) => open(edit));
  const copied = target.closest("[data-copy], .code-copy");
  if (copied) import("./copy.js").then(({ copy }) => copy(copied));
  const microphone = target.closest("[data-dictate]");
  if (microphone) import("./dictation.js").then(({ toggle }) => toggle(microphone));
});

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-files]")) return;
  addFiles(target.files);
  target.value = "";
});

document.addEventListener("paste", (event) => {
  const { files } = event.clipboardData;
  if (!files.length || !takesFiles() || !event.target.closest("[data-composer], .chat")) return;
  event.preventDefault();
  addFiles(files);
});

const dropping = (on) => composer()?.toggleAttribute("data-dropping", on);

document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files") || !takesFiles()) return;
  event.preventDefault();
  dropping(true);
});
document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || dropping(false));
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length || !takesFiles()) return;
  event.preventDefault();
  dropping(false);
  addFiles(event.dataTransfer.files);
});

document.addEventListener("input", ({ target }) => {
  if (target.id === "content" && /^\/|@/.test(target.value)) import("./menu.js").then(({ update }) => update(composer()));
});

document.addEventListener("selectstart", ({ target }) => {
  if ((target.closest ? target : target.parentElement)?.closest(".answer") && composer()) import("./quote.js");
});

// What was there before the page was loaded.
function restore() {
  const form = composer();
  if (!form) return;
  if (form.elements.model) import("./model.js").then(({ choose }) => choose(form));
  try {
    if (localStorage.getItem(`extras:${room()}`)) import("./chips.js").then(({ restore }) => restore(form));
    if (localStorage.getItem(`waiting:${room()}`)) import("./waiting.js");
  } catch {
    // Storage is forbidden: nothing was kept.
  }
}

// Without a connection they could not be loaded. Where there is none already, they
// are loaded when they are wanted.
const ahead = () => Promise.allSettled([import("./waiting.js"), import("./copy.js")]);
if (composer()) addEventListener("load", () => setTimeout(ahead, 1000));

document.addEventListener("htmx:after:swap", ({ detail }) => detail.ctx?.target?.id === "main" && restore());
restore();
