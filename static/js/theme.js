// Applies the chosen theme before the first paint, and whether the sidebar is
// folded away. It runs in the head, so it is a plain script and short. The classes
// tell the style sheet that scripts run, and which keys the keyboard has.
(() => {
  const root = document.documentElement;
  const night = matchMedia("(prefers-color-scheme: dark)");

  function chosen(what) {
    try {
      return localStorage.getItem(what) || "";
    } catch {
      return ""; // storage may be forbidden
    }
  }

  function apply() {
    const theme = chosen("theme");
    root.classList.add("changing"); // colours change at once, not each at its pace
    requestAnimationFrame(() => requestAnimationFrame(() => root.classList.remove("changing")));
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    root.toggleAttribute("data-dark", theme ? theme === "dark" : night.matches);
  }

  const fold = () => root.toggleAttribute("data-folded", chosen("sidebar") === "folded");

  root.classList.add("js");
  root.classList.toggle("mac", /^(Mac|iP)/.test(navigator.platform));
  apply();
  fold();
  night.addEventListener("change", apply);
  addEventListener("storage", () => (apply(), fold()));
  addEventListener("theme-chosen", apply);
})();
