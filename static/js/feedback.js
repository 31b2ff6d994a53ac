// Tells people what went wrong: error answers become toasts, and a request that
// got no answer at all says so.
import { byId, statusOf } from "./turns.js";

const fade = 6000;

// patient tells a message that waits in the page and is tried again by itself.
const patient = (ctx) => {
  const status = ctx && statusOf(ctx);
  return ctx?.sourceElement?.matches?.("[data-waiting], [data-composer]") && (!status || status >= 500 || status === 409 || status === 429);
};

// What an error answer contains decides where it goes: a toast to the toasts, a
// form with what is wrong in it to where the form was. Anything else is no word
// of ours, such as a proxy's own page.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response.status === 401) location.reload(); // the server leads to the sign-in page
  if (ctx.response.status < 400 || ctx.hx.retarget) return;
  if (patient(ctx)) {
    ctx.hx.reswap = "none";
    return;
  }
  const text = ctx.text.trimStart();
  if (/^<(?!!doctype|html)/i.test(text) && !text.includes("data-toast")) return;
  if (!text.includes("data-toast")) ctx.text = byId("offline-toast").innerHTML;
  ctx.hx.retarget = "#toasts";
  ctx.hx.reswap = "beforeend";
});

const offline = () => {
  const words = byId("offline-toast");
  if (words) byId("toasts").append(words.content.cloneNode(true));
};

document.addEventListener("htmx:error", ({ detail: { ctx } }) => patient(ctx) || offline());

// Something was wanted whose script could not be loaded.
addEventListener("unhandledrejection", (event) => {
  if (!(event.reason instanceof TypeError) || !/import/i.test(event.reason.message)) return;
  event.preventDefault();
  offline();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
});

// What is only for information goes by itself, but not while someone is at it.
const leave = (toast) => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 1000, toast) : toast.remove());

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const toast of addedNodes) {
      if (toast.classList?.contains("toast-info")) setTimeout(leave, toast.dataset.toast || fade, toast);
    }
  }
}).observe(byId("toasts"), { childList: true });
