// Says something in a toast that the server did not write.
import { byId, t } from "./turns.js";

export function say(title, words) {
  const toast = byId("offline-toast").content.cloneNode(true);
  toast.querySelector(".toast-title").textContent = t(title);
  toast.querySelector(".toast-title + p").textContent = t(words);
  byId("toasts").append(toast);
}
