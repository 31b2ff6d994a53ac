// What can be done by typing a slash. A command that needs an element is offered
// where there is one.
import { fill } from "./composer.js";
import { put } from "./chips.js";

const go = (address) => () => location.assign(address);
const say = (words) => (form) => {
  fill(form, words);
  form.requestSubmit();
};
const press = (button) => () => document.querySelector(button)?.click();

// quote is for those who select nothing: without a mouse, or on a phone.
function quote(form) {
  const value = [...document.querySelectorAll(".turn:last-child .answer .prose")].map((el) => el.innerText.trim()).join("\n\n").slice(0, 10_000);
  put(form, { kind: "quote", value, label: value });
}

export const commands = [
  { name: "new", text: "New chat", run: go("/chat") },
  { name: "tasks", text: "Your tasks", run: go("/tasks") },
  { name: "help", text: "What can you do?", run: say("What can you do?") },
  { name: "quote", text: "Quote the last answer", run: quote, needs: ".turn:last-child .answer .prose" },
  { name: "attach", text: "Attach files", run: press("[data-attach]"), needs: "[data-attach]" },
  { name: "dictate", text: "Dictate", run: press("[data-dictate]"), needs: "[data-dictate]" },
  { name: "demo", text: "See what a chat can show", run: say("/demo"), needs: "[data-demo]" },
  { name: "settings", text: "Settings", run: go("/settings") },
];
