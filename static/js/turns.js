// What the scripts know about the thread on the page. The page itself is the
// state: nothing is kept beside it.
export const byId = (id) => document.getElementById(id);

// list is the element that holds the turns, null on other pages.
export const list = () => byId("turns");

export const composer = () => byId("composer");

// room names where the composer writes: what is kept in a browser is its
// writer's, whoever signs in next.
export const room = (form = composer()) => `${form?.dataset.viewer}:${form?.dataset.composer || "new"}`;

// isRunning tells whether an answer is being made.
export function isRunning() {
  const last = list()?.lastElementChild;
  return last != null && (last.dataset.status === "running" || "pending" in last.dataset);
}

const soon = 60; // seconds

// statusOf is how a request ended, 0 for no answer. A limit that lasts for long is
// a refusal: trying again would not help.
export const statusOf = ({ response }) =>
  response?.status === 429 && Number(response.headers.get("Retry-After")) > soon ? 403 : response?.status || 0;

// idle takes back what showed that something was being done.
export function idle() {
  for (const el of document.querySelectorAll("[data-busy]")) {
    delete el.dataset.busy;
    el.removeAttribute("aria-busy");
  }
}

// t is a text in the page's language, with a value in place of %s. The page
// brings the words, views/words.go; an English one needs none.
const words = JSON.parse(byId("words")?.textContent ?? "{}");
export const t = (text, value) => (words[text] ?? text).replace("%s", () => value);

// announce tells a screen reader something, once.
export function announce(text) {
  const announcer = byId("announcer");
  if (announcer) announcer.textContent = words[text] ?? text;
}

const longest = 1000;

// announceAnswer reads out the answer of a turn that is over.
export function announceAnswer(turn) {
  const parts = [...turn.querySelectorAll(".answer .prose, .ending p")];
  const text = parts.map((part) => part.textContent.trim()).join(" ").trim();
  announce(text.length > longest ? text.slice(0, longest) + "…" : text);
}
