// The tasks page: moving tasks with the pointer and the keyboard, and where the
// focus goes when the list was drawn anew.
import { byId } from "./turns.js";

const rowOf = (el) => el?.closest?.("[data-task]");

// move asks the server to put a row before or after another one.
function move(row, where, other) {
  const button = row.querySelector(".task-moves button");
  if (!button || !other) return;
  button.name = where;
  button.value = other.dataset.task;
  button.form.requestSubmit(button);
}

document.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  const fold = event.target.closest(".task-edit[open]");
  if (event.key === "Escape" && fold) {
    fold.open = false;
    fold.firstElementChild.focus();
  }
  if (!event.target.closest("[data-grip]") || !/^Arrow(Up|Down)$/.test(event.key)) return;
  event.preventDefault();
  // At the edge of a page the buttons know what lies beyond it.
  const up = event.key === "ArrowUp";
  const next = up ? row.previousElementSibling : row.nextElementSibling;
  if (next) move(row, up ? "before" : "after", next);
  else byId(`${up ? "up" : "down"}-${row.dataset.task}`)?.click();
});

// A line shows where a dragged row will go. The rows stay where they are until
// then: an element that is moved loses the pointer.
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  grip.focus();
  grip.setPointerCapture(event.pointerId);
  const row = rowOf(grip);
  row.dataset.editing = ""; // nothing is drawn anew meanwhile
  let at = null;
  const point = (other, where) => {
    delete at?.dataset.drop;
    at = other;
    if (at) at.dataset.drop = where;
  };
  const drag = ({ clientY }) => {
    const rows = [...row.parentElement.children];
    const over = rows.find((el) => clientY < el.getBoundingClientRect().bottom) || rows.at(-1);
    const { top, height } = over.getBoundingClientRect();
    point(over === row ? null : over, clientY < top + height / 2 ? "before" : "after");
  };
  const drop = ({ type }) => {
    for (const [name, listener] of listeners) grip.removeEventListener(name, listener);
    delete row.dataset.editing;
    const where = at?.dataset.drop;
    const other = at;
    point(null);
    if (other && type === "pointerup") move(row, where, other);
  };
  const listeners = [["pointermove", drag], ["pointerup", drop], ["pointercancel", drop]];
  for (const [name, listener] of listeners) grip.addEventListener(name, listener);
});

// What is edited is written in at once.
document.addEventListener("toggle", ({ target }) => {
  if (target.matches?.(".task-edit[open]")) target.querySelector("[name=title]").focus();
}, true);

let left = null; // where the focus was when something was sent

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const row = rowOf(ctx.sourceElement);
  if (!row?.contains(document.activeElement)) return;
  left = { ctx, row: row.dataset.task, at: [...row.parentElement.children].indexOf(row), kind: document.activeElement.id.split("-")[0] };
});

// The row may be gone, or its form closed: the focus goes to what is nearest.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (left?.ctx !== ctx) return;
  const { row, at, kind } = left;
  left = null;
  if (document.activeElement !== document.body) return;
  const rows = document.querySelectorAll("[data-task]");
  const near = rows[Math.min(at, rows.length - 1)]?.dataset.task;
  const next = byId(`task-${row}`) ? byId(`edit-${row}`) : byId("undo") || byId(`${kind}-${near}`);
  (next || byId("new-title")).focus();
});
