// The theme button of the account menu and the choice on the settings page.
const root = document.documentElement;

export function choose(theme) {
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    return; // storage is forbidden: the device's theme stays
  }
  dispatchEvent(new Event("theme-chosen"));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) {
    choose(root.hasAttribute("data-dark") ? "light" : "dark");
  }
});

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-theme-choice]")) choose(event.target.value);
});

const current = root.dataset.theme || "";
const radio = document.querySelector(`[data-theme-choice] input[value="${current}"]`);
if (radio) radio.checked = true;
