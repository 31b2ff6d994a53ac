// Pictures from elsewhere, in a conversation that allows their hosts: the
// page's content policy names the same ones. All others stay links.
const page = document.querySelector("[data-pictures]");
const allowed = page.dataset.pictures.split(" ");

function show(link) {
  const { picture: host, alt, class: look, pictureCss } = link.dataset;
  if (!link.href.startsWith("https:") || !allowed.some((d) => host === d || host.endsWith(`.${d}`))) return;
  const img = new Image();
  Object.assign(img, { alt, className: look, loading: "lazy", referrerPolicy: "no-referrer" });
  if (pictureCss) img.style.cssText = pictureCss;
  img.onerror = () => img.replaceWith(link);
  link.replaceWith(img);
  img.src = link.href;
}

const look = () => page.querySelectorAll("a[data-picture]").forEach(show);
new MutationObserver((changes) => {
  if (changes.some((c) => [...c.addedNodes].some((n) => n.localName !== "img" && !n.dataset?.picture))) look();
}).observe(page, { childList: true, subtree: true });
look();
