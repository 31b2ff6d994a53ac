// What people do in widgets: clicks, changed fields and sent forms. The server
// does most actions; what the page is to do becomes an event of the page's.
import { isRunning, idle } from "./turns.js";

// A changed field presses the button beside it, which is there for pages without
// scripts.
document.addEventListener("change", (event) => {
  const apply = event.target.closest("[data-changes]")?.querySelector("[data-apply]");
  if (apply?.form) apply.form.requestSubmit(apply);
});

document.addEventListener(
  "submit",
  (event) => {
    const action = event.submitter?.dataset.action;
    if (action === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    import("./client-action.js").then(({ fire }) => fire(event.submitter, event.target));
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
