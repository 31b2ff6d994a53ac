// Keeps the page as it is on the server: fragments of the thread that is shown,
// and signals that the lists beside it have changed.
import { byId, list } from "./turns.js";
import { apply } from "./apply.js";
import { link } from "./live-link.js";

const patience = 2000; // before the page admits that the connection is lost
let shown = ""; // the thread that was last announced to the stream
let notice = 0;
let lastResync = 0;

const watch = () => ({ thread: list()?.dataset.thread || "", seq: Number(list()?.dataset.seq || 0) });

// stale are the lists that are being fetched.
const stale = new Set();

// used is true while someone types in a list, or has a menu of it open.
const used = (place) => place.querySelector("[data-editing], .task-edit[open], form :focus:not(button), :popover-open");

// refresh has a list fetched again, but not while it is used.
function refresh(kind) {
  const place = byId(kind);
  if (!place) return;
  if (used(place)) setTimeout(refresh, 400, kind);
  else {
    stale.add(kind);
    document.body.dispatchEvent(new CustomEvent(`${kind}-changed`));
  }
}

// Nor does an answer that is late take away what was opened meanwhile.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const { id } = ctx.sourceElement;
  stale.delete(id);
  // What a form answers goes where its target is now: a list may have been drawn anew meanwhile.
  if (ctx.request.method !== "GET" && ctx.target?.isConnected === false && byId(ctx.target.id)) ctx.hx.retarget ||= `#${ctx.target.id}`;
  if ((id !== "threads" && id !== "tasks") || !used(ctx.sourceElement)) return;
  ctx.hx.reswap = "none";
  setTimeout(refresh, 400, id);
});

// Signals that came while there was no connection are lost: lists are fetched again.
function setOnline(online, again) {
  const state = document.querySelector("[data-link-state]");
  if (online) {
    clearTimeout(notice);
    notice = 0;
    if (state) state.hidden = true;
    if (again) ["threads", "tasks"].forEach(refresh);
    else if (document.querySelector(".thread-busy")) refresh("threads"); // that answer may have ended before
  } else {
    notice ||= setTimeout(() => {
      if (state) state.hidden = false;
    }, patience);
  }
}

// resync asks for the whole turn again, but not in a loop.
function resync() {
  if (Date.now() - lastResync < 5000) return;
  lastResync = Date.now();
  tell();
}

let leaving = false; // signing out ends the stream first, and a reload would lead back here
addEventListener("submit", (event) => (leaving = !event.defaultPrevented));

function receive(message) {
  switch (message.type) {
    case "fragment":
      if (!apply(message.fragment)) resync();
      break;
    case "signal":
      refresh(message.kind);
      break;
    case "state":
      setOnline(message.online, message.again);
      break;
    case "gone": // deleted here or on another page
      if (message.thread === watch().thread) location.assign(`/undo?do=delete&thread=${message.thread}`);
      break;
    case "auth":
      if (!leaving) location.reload();
      break;
  }
}

// Pages for people who are signed in have the sidebar; the others need no stream.
let tell = () => {};
if (byId("sidebar")) {
  shown = watch().thread;
  tell = link(receive, watch);
  document.addEventListener("htmx:after:swap", () => {
    if (stale.has("threads")) refresh("threads"); // what was drawn may be older, and takes the answer's place away
    if (watch().thread === shown) return;
    shown = watch().thread;
    tell();
  });
}
