// Shares one live connection among all tabs: a browser allows only about six to
// a server, and each tab would hold one.
import { LiveSource } from "./live-source.js";

const lost = 4 * 60_000; // hidden tabs may speak only once a minute
const tabs = new Map(); // port → { thread, seq, seen }
let online = false;

const source = new LiveSource((message) => {
  if (message.type === "state") online = message.online;
  const thread = message.fragment?.thread;
  for (const [port, tab] of tabs) {
    if (thread === undefined || thread === tab.thread) port.postMessage(message);
    if (thread !== undefined && thread === tab.thread) tab.seq = message.fragment.seq || tab.seq;
  }
});

function rewatch() {
  for (const [port, tab] of tabs) if (Date.now() - tab.seen > lost) tabs.delete(port);
  if (tabs.size === 0) {
    source.close();
    return;
  }
  const watches = new Map();
  for (const { thread, seq } of tabs.values()) {
    if (thread) watches.set(thread, Math.min(seq, watches.get(thread) ?? seq));
  }
  source.watch(watches);
}

function receive(port, message) {
  switch (message.type) {
    case "watch":
      tabs.set(port, { thread: message.thread, seq: message.seq, seen: Date.now() });
      port.postMessage({ type: "state", online });
      rewatch();
      break;
    case "leave":
      if (tabs.delete(port)) rewatch();
      break;
    case "here":
      if (tabs.has(port)) tabs.get(port).seen = Date.now();
      break;
  }
}

self.onconnect = (event) => {
  const [port] = event.ports;
  port.onmessage = ({ data }) => receive(port, data);
};
