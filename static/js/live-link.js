// How a tab reaches the live stream: through the shared worker, or where there
// is none by a connection of its own while the tab is visible.
import { LiveSource } from "./live-source.js";

function shared(receive, watch) {
  const worker = new SharedWorker(new URL("./live-worker.js", import.meta.url), { type: "module", name: "live" });
  worker.port.onmessage = ({ data }) => receive(data);
  const tell = () => worker.port.postMessage({ type: "watch", ...watch() });
  setInterval(() => worker.port.postMessage({ type: "here" }), 30_000);
  addEventListener("pagehide", () => worker.port.postMessage({ type: "leave" }));
  addEventListener("pageshow", (event) => event.persisted && tell());
  return { worker, tell };
}

function own(receive, watch) {
  const source = new LiveSource(receive);
  const tell = () => {
    const { thread, seq } = watch();
    if (document.hidden) source.close();
    else source.watch(new Map(thread ? [[thread, seq]] : []));
  };
  document.addEventListener("visibilitychange", tell);
  addEventListener("pagehide", () => source.close());
  return tell;
}

// link connects and returns a function to call when what the tab shows changes.
// watch returns the thread and the sequence number that the tab has.
export function link(receive, watch) {
  let tell;
  if (typeof SharedWorker === "function") {
    const connection = shared(receive, watch);
    tell = connection.tell;
    connection.worker.onerror = () => {
      tell = own(receive, watch); // no module workers here
      tell();
    };
  } else {
    tell = own(receive, watch);
  }
  tell();
  return () => tell();
}
