// An answer that waits for the page: a tool that the assistant calls. The tools
// themselves are loaded when one is wanted.
const load = () => import("./tools.js");

// offer does what a turn waits for, if it can be done without asking.
export function offer(turn) {
  const call = turn.dataset.status === "requires_action" && turn.querySelector("form[data-tool]");
  if (call) load().then((tools) => tools.serve(call));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-run]");
  if (button) load().then((tools) => tools.run(button.closest("[data-tool]")));
});
