// The tasks that can be mentioned: the open ones first.
const fresh = 5000; // milliseconds that a list serves the next keystrokes
const most = 8;
let list = null;
let readAt = 0;

async function read(form) {
  const headers = { "X-CSRF-Token": form.elements.csrf_token.value };
  const response = await fetch("/api/v1/tasks?limit=100", { headers });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()).data;
}

// findTasks returns the tasks whose title has the words, none when they can't be had.
export async function findTasks(form, words) {
  if (!list || Date.now() - readAt > fresh) {
    readAt = Date.now();
    list = read(form);
  }
  const wanted = words.trim().toLocaleLowerCase();
  try {
    const found = (await list).filter((t) => t.title.toLocaleLowerCase().includes(wanted));
    return found.sort((a, b) => a.completed - b.completed).slice(0, most);
  } catch {
    list = null; // the next keystroke tries again
    return [];
  }
}
