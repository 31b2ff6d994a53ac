// Puts turns in their place: a turn that is on the page already gives way to its
// newer state, and an answer that is made again takes away the one before it
// and everything after.
import { byId, list, announceAnswer, idle } from "./turns.js";
import { exchange } from "./keep.js";
import { offer } from "./pending.js";

function makeRoom(turn) {
  for (const pending of list().querySelectorAll(":scope > [data-pending]")) pending.remove();
  const { input, first } = turn.dataset;
  if (!input) return;
  let old = list().querySelector(`:scope > .turn[data-input="${CSS.escape(input)}"]`);
  // A message further up than the page reaches was answered again: all that is here is gone.
  if (!old && [...list().querySelectorAll(":scope > .turn[data-first]")].some((el) => Number(el.dataset.first) > Number(first))) location.reload();
  while (old) {
    const next = old.nextElementSibling;
    old.remove();
    old = next;
  }
}

const near = 40;

// rest lets the browser leave alone what is far up while text arrives: it keeps the
// height that it had, and is drawn again when one scrolls there.
function rest() {
  const turns = list().querySelectorAll(":scope > .turn:not(.turn-far)");
  for (const turn of [...turns].slice(0, -near)) turn.classList.add("turn-far");
}

const running = (turn) => turn.dataset.status === "running";

// settled tells that the page has the turn as it ended already: drawing it
// again would only take the reader's selection away.
const settled = (old, turn) =>
  !running(old) && old.dataset.status === turn.dataset.status && old.dataset.seq === turn.dataset.seq;

// placeTurn adds the turn or replaces its earlier state.
export function placeTurn(turn) {
  const old = byId(turn.id);
  if (old) {
    if (settled(old, turn)) return;
    exchange(old, turn);
    if (running(old) && !running(turn)) announceAnswer(turn);
  } else {
    makeRoom(turn);
    list().append(turn);
    rest();
  }
  if (running(turn)) return;
  idle();
  offer(turn);
}

// The answer to a sent message: the stream may have brought the same turn, in a
// newer state, before it.
window.htmx.registerExtension("place", {
  handle_swap(style, target, fragment) {
    if (style !== "place") return false;
    const parts = [...fragment.children];
    for (const item of parts.filter((el) => !el.matches(".turn"))) if (byId(item.id)) exchange(byId(item.id), item);
    const fresh = parts.filter((el) => !el.matches(".turn") || !byId(el.id));
    for (const turn of fresh) if (turn.matches(".turn")) placeTurn(turn);
    return fresh.length > 0 ? fresh : true;
  },
});
