// Puts turns in their place: a turn that is on the page already gives way to its
// newer state, and an answer that is made again takes away the one before it
// and everything after.
import { byId, list, announceAnswer } from "./turns.js";

function makeRoom(turn) {
  for (const pending of list().querySelectorAll(":scope > [data-pending]")) pending.remove();
  const input = turn.dataset.input;
  if (!input) return;
  let old = list().querySelector(`:scope > .turn[data-input="${CSS.escape(input)}"]`);
  while (old) {
    const next = old.nextElementSibling;
    old.remove();
    old = next;
  }
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
    old.replaceWith(turn);
    if (running(old) && !running(turn)) announceAnswer(turn);
  } else {
    makeRoom(turn);
    list().append(turn);
  }
}

// The answer to a sent message: the stream may have brought the same turn, in a
// newer state, before it.
window.htmx.registerExtension("place", {
  handle_swap(style, target, fragment) {
    if (style !== "place") return false;
    const fresh = [...fragment.children].filter((turn) => !byId(turn.id));
    for (const turn of fresh) placeTurn(turn);
    return fresh.length > 0 ? fresh : true;
  },
});
