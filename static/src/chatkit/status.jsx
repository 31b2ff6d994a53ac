// The line at the foot of the page: what happened last, and before that.
import { useCallback, useState } from "react";

const kept = 50; // events

// useReports returns the page's state, its events, newest first, and report.
export function useReports() {
  const [state, setState] = useState("loading");
  const [events, setEvents] = useState([]);
  const report = useCallback((next, words, about) => {
    if (next) setState(next);
    const write = next === "error" ? console.warn : console.info;
    if (about === undefined) write(`ChatKit: ${words}`);
    else write(`ChatKit: ${words}`, about);
    const at = new Date().toLocaleTimeString();
    setEvents((before) => [{ id: (before[0]?.id ?? 0) + 1, at, words }, ...before].slice(0, kept));
  }, []);
  return { state, events, report };
}

export function StatusLine({ state, events, backTo }) {
  const loading = "Loading the ChatKit widget…";
  return (
    <footer className="widget-status">
      <a className="widget-back" href={backTo}>
        Back to the chat
      </a>
      <details className="widget-log">
        <summary data-state={state}>
          <span className="widget-dot" aria-hidden="true" />
          <span id="widget-event">{events[0]?.words ?? loading}</span>
        </summary>
        <ol reversed aria-label="What happened, newest first">
          {events.map((event) => (
            <li key={event.id}>
              <time>{event.at}</time> <span>{event.words}</span>
            </li>
          ))}
        </ol>
      </details>
    </footer>
  );
}
