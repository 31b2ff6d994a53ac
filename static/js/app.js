// Everything a page needs beyond plain links and forms, one behaviour a file.
import "./place.js";
import "./zone.js";
import "./feedback.js";
import "./focus.js";
import "./scroll.js";
import "./drafts.js";
import "./composer.js";
import "./send.js";
import "./compose.js";
import "./live.js";
import "./action.js";
import "./drawer.js";
import "./find.js";
import "./rename.js";
import "./theme-control.js";

if (document.querySelector("[data-pictures]")) import("./pictures.js");
if (document.querySelector("#tasks")) import("./tasks.js");
if (document.querySelector("[data-passkey], [data-passkeys]")) import("./passkeys.js");

// The keyboard's shortcuts: from the account's menu, or by a key outside of a field.
const shortcuts = () => import("./shortcuts.js");
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-shortcuts]")) return;
  event.preventDefault();
  shortcuts().then(({ open }) => open());
});
document.addEventListener("keydown", (event) => {
  const field = event.target.matches("input, textarea, select, [contenteditable]");
  if (field || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector("#sidebar")) shortcuts().then(({ press }) => press(event));
});
