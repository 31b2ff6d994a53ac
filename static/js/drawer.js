// The sidebar. On a phone it is a drawer: without scripts it opens by its address;
// with them it leaves no trace in the history and gives the focus back. Beside a
// wide page it can be folded away, which theme.js remembers for the next page.
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
  byId("main").inert = true; // the page beneath is out of reach
  enter();
}

function close() {
  if (!root.hasAttribute("data-drawer-open")) return;
  root.removeAttribute("data-drawer-open");
  byId("main").inert = false;
  opener?.focus();
}

matchMedia("(min-width: 56rem)").addEventListener("change", close);

const folders = () => [...document.querySelectorAll("[data-fold]")].filter((el) => el.checkVisibility());

// fold hides the sidebar or shows it again. The button that takes it back gets
// the focus if what had it went away.
function fold() {
  const folded = root.toggleAttribute("data-folded");
  try {
    localStorage.setItem("sidebar", folded ? "folded" : "");
  } catch {
    // Storage is forbidden: the next page has it again.
  }
  if (!document.activeElement.checkVisibility()) folders()[0].focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-fold]")) fold();
  const link = event.target.closest("[data-drawer]");
  if (!link) return;
  event.preventDefault();
  if (link.dataset.drawer === "open") open(link);
  else close();
});

document.addEventListener("keydown", (event) => {
  if (event.code === "KeyS" && event.shiftKey && (event.ctrlKey || event.metaKey) && !event.altKey && folders().length) {
    event.preventDefault();
    fold();
  }
  if (event.key === "Escape" && !document.querySelector(":popover-open")) close();
});
