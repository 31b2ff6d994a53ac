// What the assistant may do in this page. To add a tool, add a function here (it
// gets the call's arguments and returns the output, or a promise of it) and its
// question in views/tool.go.
import { announce } from "./turns.js";
import { choose } from "./theme-control.js";

const tools = {
  open_link({ url }) {
    const address = new URL(url, location.href);
    if (!/^https?:$/.test(address.protocol)) throw new Error("url must be a web address");
    window.open(address.href, "_blank", "noopener,noreferrer");
    return { opened: true };
  },
  async copy({ text }) {
    if (typeof text !== "string" || text === "") throw new Error("text must be a text that is not empty");
    await navigator.clipboard.writeText(text);
    return { copied: true };
  },
  place: () =>
    new Promise((resolve, reject) => {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude, accuracy: coords.accuracy }),
        ({ code }) => reject(new Error(code === 1 ? "the person did not allow it" : "the place is not known")),
        { timeout: 20_000, maximumAge: 60_000 },
      );
    }),
  // Up to max characters of the text that is selected in this page.
  get_selection: ({ max = 1000 }) => ({ text: String(getSelection() ?? "").slice(0, max) }),
  current_time() {
    const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const now = new Date();
    return { time: now.toISOString(), local: now.toLocaleString(), time_zone: timeZone, locale };
  },
  theme({ theme }) {
    if (!["light", "dark", "device"].includes(theme)) throw new Error("theme must be light, dark or device");
    choose(theme === "device" ? "" : theme);
    return { theme };
  },
};

// These tell or change nothing that needs a question.
const harmless = ["current_time", "get_selection", "theme"];

// run does the call and sends what came of it; without an output the
// conversation could not go on.
export async function run(call) {
  let output;
  try {
    if (!Object.hasOwn(tools, call.dataset.tool)) throw new Error(`there is no tool ${call.dataset.tool} in this page`);
    output = await tools[call.dataset.tool](JSON.parse(call.dataset.arguments) ?? {});
  } catch (error) {
    output = { error: error.message };
  }
  if (!call.isConnected) return;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "result";
  field.value = JSON.stringify(output);
  call.append(field);
  call.requestSubmit();
}

// serve does at once what is harmless, or can't be done at all, in one of the
// tabs that show it; anything else waits for the person.
export async function serve(call) {
  const { tool, item } = call.dataset;
  if (Object.hasOwn(tools, tool) && !harmless.includes(tool)) {
    announce(call.textContent.trim());
    return;
  }
  if (document.visibilityState !== "visible") return;
  const once = async (lock) => {
    if (!lock || !call.isConnected) return;
    await run(call);
    // The other tabs must see that it is over before one of them may try.
    for (let i = 0; i < 100 && call.isConnected; i++) await new Promise((go) => setTimeout(go, 100));
  };
  if (navigator.locks) await navigator.locks.request(`tool-${item}`, { ifAvailable: true }, once);
  else await once(true);
}
