// Follows the end of the thread while new text arrives, but never against the
// person's will; offers the way back; and keeps the place when older turns come.
const near = 40;
let scroller = null;
let following = true;
let lastTop = 0;

const distance = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;

// stick goes to the end and notes where that is, so that the next scroll upwards
// is seen as one even if the text has grown in between.
function stick() {
  scroller.scrollTop = scroller.scrollHeight;
  lastTop = scroller.scrollTop;
}

// toEnd goes to the latest turn and follows from there on.
export function toEnd() {
  following = true;
  if (scroller) stick();
}

function showJump() {
  const jump = document.querySelector("[data-jump]");
  if (jump) jump.hidden = distance() < 240;
}

function scrolled() {
  if (distance() < near) following = true;
  else if (scroller.scrollTop < lastTop) following = false;
  lastTop = scroller.scrollTop;
  showJump();
  // What is older is fetched before one reaches it, never while the page opens.
  if (lastTop < 600) document.getElementById("earlier")?.dispatchEvent(new CustomEvent("near"));
}

const grown = new ResizeObserver(() => {
  if (!scroller?.isConnected) return;
  if (following) stick();
  showJump();
});

// attach is called again when the page's middle was replaced.
function attach() {
  const found = document.querySelector("[data-scroll]");
  if (!found || found === scroller) return;
  scroller = found;
  grown.disconnect();
  grown.observe(scroller);
  for (const child of scroller.querySelectorAll(".column, .turns")) grown.observe(child);
  scroller.addEventListener("scroll", scrolled, { passive: true });
  toEnd();
  toMark();
}

// toMark goes to the message that the address names. The server is asked for
// the part of the thread that has it.
function toMark() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (!id.startsWith("item-") || !document.querySelector(".turns[data-thread]:not([data-thread=''])")) return;
  const found = document.getElementById(id);
  following = false;
  if (found) scroller.scrollTop += found.getBoundingClientRect().top - scroller.getBoundingClientRect().top - scroller.clientHeight / 3;
  else if (!location.search.includes("at=")) location.replace(`?at=${encodeURIComponent(id.slice(5))}${location.hash}`);
}

let fromEnd = null;
document.addEventListener("htmx:before:swap", (event) => {
  const isOlder = event.detail.ctx?.sourceElement?.id === "earlier";
  fromEnd = isOlder && scroller ? scroller.scrollHeight - scroller.scrollTop : null;
  if (isOlder) following = false;
});
document.addEventListener("htmx:after:swap", () => {
  attach();
  if (fromEnd !== null) scroller.scrollTop = scroller.scrollHeight - fromEnd;
  fromEnd = null;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-jump]")) toEnd();
});

addEventListener("hashchange", toMark);
attach();
