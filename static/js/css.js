// Gives elements the sizes and colours of widgets. The server has checked them
// and wrote them into data-css, for the content policy allows no style
// attributes; the page's own scripts may set styles. It runs before the page is
// read, so that nothing is drawn without them first.
(() => {
  const dress = (el) => {
    if (el.dataset.css !== undefined) el.style.cssText = el.dataset.css;
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const el of addedNodes) {
        if (el.nodeType !== 1) continue;
        dress(el);
        el.querySelectorAll("[data-css]").forEach(dress);
      }
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
