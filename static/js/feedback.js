// Tells people what went wrong: error answers become toasts, and a request that
// got no answer at all says so.
import { byId } from "./turns.js";

const fade = 6000;

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const status = ctx.response.status;
  if (status === 401) {
    location.reload(); // the server leads to the sign-in page
    return;
  }
  // 422 is a form shown again with what is wrong in it.
  if (status < 400 || status === 422 || ctx.hx.retarget) return;
  ctx.hx.retarget = "#toasts";
  ctx.hx.reswap = "beforeend";
});

document.addEventListener("htmx:error", () => {
  const words = byId("offline-toast");
  if (words) byId("toasts").append(words.content.cloneNode(true));
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
});

// What is only for information goes by itself.
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const toast of addedNodes) {
      if (toast.classList?.contains("toast-info")) setTimeout(() => toast.remove(), fade);
    }
  }
}).observe(byId("toasts"), { childList: true });
