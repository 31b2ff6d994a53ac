// What people do in widgets: clicks, changed fields and sent forms. The server
// does most actions; what the page is to do becomes an event of the page's.
import { isRunning, idle } from "./turns.js";

// A changed field presses the button beside it, which is there for pages without
// scripts.
document.addEventListener("change", (event) => {
  const apply = event.target.closest("[data-changes]")?.querySelector("[data-apply]");
  if (apply?.form) apply.form.requestSubmit(apply);
});

function put(into, path, value) {
  const [key, ...rest] = path;
  if (key === "__proto__") return;
  if (rest.length === 0) into[key] = value;
  else put((into[key] = typeof into[key] === "object" && into[key] ? into[key] : {}), rest, value);
}

// values are the form's fields, in which dots nest.
function values(form) {
  const all = {};
  for (const field of form.elements) {
    if (!field.name.startsWith("f.") || field.disabled || (field.type === "radio" && !field.checked)) continue;
    put(all, field.name.slice(2).split("."), field.type === "checkbox" ? field.checked : field.value);
  }
  return all;
}

document.addEventListener(
  "submit",
  (event) => {
    const action = event.submitter?.dataset.action;
    if (action === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const item = event.submitter.closest("[data-item]");
    const detail = { action: JSON.parse(action), values: values(event.target), item: item?.dataset.item };
    (item || document).dispatchEvent(new CustomEvent("chatkit.action", { detail, bubbles: true }));
  },
  true,
);

// What shows that something is being done: on the button, on the whole widget,
// or nothing.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const button = ctx.request.submitter;
  if (button?.name !== "do") return;
  ctx.sourceElement.dataset.sent = "";
  const { loading } = button.dataset;
  if (!loading) return;
  const el = loading === "container" ? ctx.sourceElement.closest("[data-widget]") : button.closest("[data-changes]") || button;
  if (el) el.dataset.busy = "";
  el?.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (!(ctx.response?.status < 400)) delete ctx.sourceElement.dataset?.sent;
  if (!isRunning()) idle();
});

// What is typed after sending is not what was sent.
document.addEventListener("input", ({ target }) => delete target.form?.dataset.sent);
