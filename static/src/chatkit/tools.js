// What the assistant may do in this page. To add a tool, add a function here:
// it gets the call's parameters and returns (a promise of) the result.
import { isWeb } from "./config.js";
import { chooseTheme, currentTheme } from "./theme.js";

// ask shows a question and resolves with the person's answer: text that the
// model wrote never opens a page or fills the clipboard by itself.
const tools = (ask) => ({
  async open_link({ url }) {
    if (!url || !isWeb(url)) throw new Error("url must be a web address");
    const address = new URL(url, location.href).href;
    const opened = await ask(`Open ${address} in a new tab?`, "Open", () => window.open(address, "_blank", "noopener,noreferrer"));
    return { opened };
  },

  async copy({ text }) {
    if (typeof text !== "string" || text === "") throw new Error("text must be a text that is not empty");
    const copied = await ask(`Copy “${shorten(text)}”?`, "Copy", () => navigator.clipboard.writeText(text));
    return { copied };
  },

  // Up to max characters of the text that is selected in this page.
  get_selection({ max = 1000 }) {
    return { text: String(getSelection() ?? "").slice(0, max) };
  },

  current_time() {
    const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const now = new Date();
    return { time: now.toISOString(), local: now.toLocaleString(), time_zone: timeZone, locale };
  },

  theme({ theme }) {
    const choice = { light: "light", dark: "dark", device: "" }[theme];
    if (choice === undefined) throw new Error("theme must be light, dark or device");
    chooseTheme(choice);
    return { theme: currentTheme() };
  },
});

const shorten = (text) => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

// toolNames are what the server may let the model use here.
export const toolNames = Object.keys(tools());

// runTool never rejects: without a result the conversation could not go on.
export async function runTool(ask, name, params) {
  try {
    const known = tools(ask);
    if (!Object.hasOwn(known, name)) throw new Error(`there is no tool ${name} in this page`);
    return await known[name](params ?? {});
  } catch (error) {
    return { error: error.message };
  }
}
