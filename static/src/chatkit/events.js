// What the element reports, for the status line and the console.
import { remember } from "./api.js";

const places = { chat: "/chat", tasks: "/tasks", settings: "/settings" };

// eventHandlers returns a handler for every event of the element. report gets a
// state (or null to keep it), words, and what belongs to them.
export function eventHandlers(config, report, onThread) {
  return {
    onReady: () => report("ready", "Ready"),
    onError: ({ error }) => report("error", `Error: ${error?.message || error || "unknown"}`, error),
    onResponseStart: () => report("busy", "Answering…"),
    onResponseEnd: () => report("ready", "Answered"),
    onThreadChange: ({ threadId }) => {
      remember(config, threadId);
      onThread(threadId);
      report(null, threadId ? `Conversation ${threadId}` : "New conversation");
    },
    onThreadLoadStart: ({ threadId }) => report("busy", `Loading ${threadId}…`),
    onThreadLoadEnd: ({ threadId }) => report("ready", `Loaded ${threadId}`),
    onEffect: ({ name, data }) => report(null, `Effect: ${name}`, data),
    onDeeplink: ({ name, data }) => {
      report(null, `Link: ${name}`, data);
      if (Object.hasOwn(places, name)) location.assign(places[name]);
    },
    onToolChange: ({ toolId }) => report(null, toolId ? `Tool: ${toolId}` : "No tool"),
    onHistoryOpen: () => report(null, "History opened"),
    onHistoryClose: () => report(null, "History closed"),
    onLog: ({ name, data }) => report(null, `Log: ${name}`, data), // data may quote messages: console only
  };
}
