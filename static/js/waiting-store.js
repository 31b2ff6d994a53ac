// Where waiting messages are kept: in this browser, by thread, until the server
// has them.
import { room } from "./turns.js";

const memory = new Map(); // where storage is forbidden or full

// place names the thread on the page.
export const place = () => `waiting:${room()}`;

export function read(name = place()) {
  try {
    return memory.get(name) || JSON.parse(localStorage.getItem(name)) || [];
  } catch {
    return [];
  }
}

export function write(entries, name = place()) {
  memory.delete(name);
  try {
    if (entries.length) localStorage.setItem(name, JSON.stringify(entries));
    else localStorage.removeItem(name);
  } catch {
    memory.set(name, entries);
  }
}

// remove takes a message out, wherever it is: a first message has changed its
// page when the server has it.
export function remove(key) {
  for (const name of [place(), place().replace(/[^:]*$/, "new")]) {
    const entries = read(name);
    if (entries.some((e) => e.key === key)) write(entries.filter((e) => e.key !== key), name);
  }
}

// move brings what waited for a thread to be begun to that thread.
export function move(from) {
  const entries = read(from);
  if (!entries.length) return;
  write([], from);
  write([...read(), ...entries]);
}
