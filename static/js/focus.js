// Where the focus goes when what had it is gone: to what took its place, or to its
// nearest neighbour, but never to nowhere. In toasts it is only for a while: after
// one, it goes back to where it was.
import { byId, composer } from "./turns.js";

const takes = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
const usable = (el) => el.isConnected && el.checkVisibility() && !el.disabled;

let last = null; // what had the focus
let trail = []; // of what had it outside of the toasts, and all that is around it, from the inside out

document.addEventListener("focusin", ({ target }) => {
  last = target;
  if (target.closest("#toasts")) return;
  trail = [];
  for (let el = target; el.parentElement && el !== document.body; el = el.parentElement)
    trail.push({ el, id: el.id, at: [...el.parentElement.children].indexOf(el) });
});

// Who clicks beside everything wants the focus nowhere.
document.addEventListener("focusout", ({ target }) => {
  setTimeout(() => document.activeElement === document.body && usable(target) && last === target && (last = null));
});

// near is what can take the focus in el, closest to the place of the trail that is
// this many steps further in.
function near(el, steps) {
  if (el.matches(takes) && usable(el)) return el;
  const at = steps > 0 ? trail[steps - 1].at : 0;
  const kids = [...el.children].map((kid, i) => ({ kid, i })).sort((a, b) => Math.abs(a.i - at) - Math.abs(b.i - at) || b.i - a.i);
  for (const { kid, i } of kids) {
    const found = near(kid, i === at ? steps - 1 : 0);
    if (found) return found;
  }
  return null;
}

function find() {
  if (document.activeElement !== document.body || !last || usable(last)) return;
  const inside = last.closest("#toasts") || trail.some(({ id }) => id === "sidebar");
  if (composer() && !inside) return; // the box takes it over, or what was drawn anew
  for (const [steps, { el, id }] of trail.entries()) {
    const here = el.isConnected ? el : id && byId(id);
    const next = here && near(here, steps);
    if (next) return next.focus({ preventScroll: true });
  }
}

document.addEventListener("htmx:after:swap", find);
document.addEventListener("htmx:finally:request", () => setTimeout(find)); // after what knows better
document.addEventListener("click", ({ target }) => target.closest("[data-dismiss]") && setTimeout(find));
