// Calls of our own API, as the person whose session this is.

// authenticated returns a fetch that sends what the API asks of pages. What the
// caller puts into init stays; another server never gets the token.
export function authenticated(token, tools, onSignedOut) {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href);
    if (url.origin !== location.origin) return fetch(input, init);
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set("X-CSRF-Token", token);
    headers.set("Taskpilot-Client-Tools", tools.join(","));
    const response = await fetch(input, { ...init, headers, credentials: "same-origin" });
    if (response.status === 401) onSignedOut();
    return response;
  };
}

const key = (config) => `chatkit:${config.user_id}`;

// remember keeps the conversation to reopen; null forgets it.
export function remember(config, threadId) {
  try {
    if (threadId) localStorage.setItem(key(config), threadId);
    else localStorage.removeItem(key(config));
  } catch {
    // storage is forbidden: the next visit begins anew
  }
}

// lastThread is the conversation of the last visit, if it still exists.
export async function lastThread(config, request) {
  let id = null;
  try {
    id = localStorage.getItem(key(config));
    if (!id) return null;
    const response = await request(`${config.threads_url}/${encodeURIComponent(id)}`);
    if (response.ok) return id;
    if (response.status === 404) remember(config, null);
  } catch {
    // no storage or no connection: a new conversation always works
  }
  return null;
}
