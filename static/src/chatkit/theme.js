// The app's theme, light or dark. js/theme.js keeps it on the document.
import { useSyncExternalStore } from "react";

const root = document.documentElement;

function subscribe(changed) {
  const observer = new MutationObserver(changed);
  observer.observe(root, { attributeFilter: ["data-dark"] });
  return () => observer.disconnect();
}

export const currentTheme = () => (root.hasAttribute("data-dark") ? "dark" : "light");

export const useTheme = () => useSyncExternalStore(subscribe, currentTheme);

// chooseTheme sets it for every page; "" follows the device.
export function chooseTheme(theme) {
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    return; // storage is forbidden: the device's theme stays
  }
  dispatchEvent(new Event("theme-chosen"));
}
