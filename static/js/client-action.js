// A widget's action that the page is to do, not the server: an event of the
// page's, "chatkit.action", with the action and what its form holds.
function put(into, path, value) {
  const [key, ...rest] = path;
  if (key === "__proto__") return;
  if (rest.length === 0) into[key] = value;
  else put((into[key] = typeof into[key] === "object" && into[key] ? into[key] : {}), rest, value);
}

// values are the form's fields, in which dots nest.
function values(form) {
  const all = {};
  for (const field of form.elements) {
    if (!field.name.startsWith("f.") || field.disabled || (field.type === "radio" && !field.checked)) continue;
    put(all, field.name.slice(2).split("."), field.type === "checkbox" ? field.checked : field.value);
  }
  return all;
}

export function fire(button, form) {
  const item = button.closest("[data-item]");
  const detail = { action: JSON.parse(button.dataset.action), values: values(form), item: item?.dataset.item };
  (item || document).dispatchEvent(new CustomEvent("chatkit.action", { detail, bubbles: true }));
}
