// Applies the chosen theme before the first paint. It runs in the head, so it
// is a plain script and short. The class tells the style sheet that scripts run.
(() => {
  const root = document.documentElement;
  const night = matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem("theme") || "";
    } catch {
      return ""; // storage may be forbidden
    }
  }

  function apply() {
    const theme = chosen();
    root.classList.add("changing"); // colours change at once, not each at its pace
    requestAnimationFrame(() => requestAnimationFrame(() => root.classList.remove("changing")));
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    root.toggleAttribute("data-dark", theme ? theme === "dark" : night.matches);
  }

  root.classList.add("js");
  apply();
  night.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("theme-chosen", apply);
})();
