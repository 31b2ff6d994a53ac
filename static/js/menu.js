// The menu above the box: commands after a slash, tasks after an @.
import { composer, t } from "./turns.js";
import { fill } from "./composer.js";
import { keepDraft } from "./drafts.js";
import { put } from "./chips.js";
import { commands } from "./commands.js";
import { findTasks } from "./mentions.js";

const menu = Object.assign(document.createElement("ul"), { id: "composer-menu", className: "composer-menu", role: "listbox", hidden: true });
menu.setAttribute("aria-label", t("Suggestions"));
let options = []; // { text, hint, run }
let at = 0;
let asked = 0;

function show(list) {
  const box = composer().elements.content;
  options = list;
  at = 0;
  menu.hidden = list.length === 0;
  menu.replaceChildren(...list.map(({ text, hint }, i) => {
    const el = Object.assign(document.createElement("li"), { id: `composer-option-${i}`, className: "composer-option", role: "option" });
    const label = Object.assign(document.createElement("span"), { textContent: text, dir: "auto" });
    el.append(label, Object.assign(document.createElement("span"), { className: "composer-option-hint", textContent: hint }));
    return el;
  }));
  if (menu.nextElementSibling !== composer()) composer().before(menu);
  box.setAttribute("aria-controls", menu.id);
  box.setAttribute("aria-expanded", String(!menu.hidden));
  mark();
}

function mark() {
  [...menu.children].forEach((el, i) => el.setAttribute("aria-selected", String(i === at)));
  menu.children[at]?.scrollIntoView({ block: "nearest" });
  const box = composer().elements.content;
  if (menu.hidden) box.removeAttribute("aria-activedescendant");
  else box.setAttribute("aria-activedescendant", `composer-option-${at}`);
}

// mention puts the task in place of what was typed for it.
const mention = (task, from, to) => (form) => {
  const box = form.elements.content;
  const title = task.title.slice(0, 200);
  fill(form, `${box.value.slice(0, from)}@${title} ${box.value.slice(to)}`);
  box.setSelectionRange(from + title.length + 2, from + title.length + 2);
  put(form, { kind: "mention", value: `${task.id} ${title}`, label: title });
};

// update is called when something was typed that may want the menu.
export async function update(form) {
  const box = form.elements.content;
  const before = box.value.slice(0, box.selectionStart);
  const turn = ++asked;
  const command = /^\/(\w*)$/.exec(before)?.[1];
  if (command !== undefined) {
    const fit = commands.filter((c) => c.name.startsWith(command.toLowerCase()) && (!c.needs || document.querySelector(c.needs)));
    return show(fit.map((c) => ({ text: t(c.text), hint: `/${c.name}`, run: (f) => (fill(f, ""), keepDraft(f), c.run(f)) })));
  }
  const [, query] = /(?:^|\s)@([^\n@]{0,40})$/.exec(before) || [];
  const tasks = query === undefined ? [] : await findTasks(form, query);
  if (turn === asked) show(tasks.map((task) => ({ text: task.title, hint: t("Task"), run: mention(task, before.length - query.length - 1, before.length) })));
}

function choose(i) {
  const { run } = options[i];
  show([]);
  run(composer());
  composer()?.elements.content.focus();
  if (composer()) keepDraft(composer());
}

const keys = {
  ArrowDown: () => (at = (at + 1) % options.length),
  ArrowUp: () => (at = (at + options.length - 1) % options.length),
  Enter: () => choose(at),
  Tab: () => choose(at),
  Escape: () => show([]),
};

document.addEventListener("keydown", (event) => {
  if (menu.hidden || event.target.id !== "content" || event.isComposing || !Object.hasOwn(keys, event.key) || event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  keys[event.key]();
  mark();
}, true);
menu.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
menu.addEventListener("click", ({ target }) => {
  const i = [...menu.children].indexOf(target.closest("li"));
  if (i >= 0) choose(i);
});
document.addEventListener("input", ({ target }) => target.id === "content" && !menu.hidden && update(composer()));
document.addEventListener("focusout", ({ target }) => target.id === "content" && show([]));
