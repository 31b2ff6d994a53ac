// The sidebar on a phone. Without scripts it opens by its address; with them it
// leaves no trace in the history and gives the focus back.
import { byId } from "./turns.js";

const root = document.documentElement;
let opener = null;

// enter puts the focus into the sidebar, as soon as that takes it: it slides in.
function enter() {
  if (!root.hasAttribute("data-drawer-open")) return;
  const first = byId("sidebar").querySelector("a");
  first.focus();
  if (document.activeElement !== first) requestAnimationFrame(enter);
}

function open(link) {
  opener = link;
  root.setAttribute("data-drawer-open", "");
  enter();
}

function close() {
  if (!root.hasAttribute("data-drawer-open")) return;
  root.removeAttribute("data-drawer-open");
  opener?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-drawer]");
  if (!link) return;
  event.preventDefault();
  if (link.dataset.drawer === "open") open(link);
  else close();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector(":popover-open")) close();
});
