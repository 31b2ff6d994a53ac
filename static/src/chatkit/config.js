// The page's settings, which the server writes into it as JSON.

const required = {
  api_url: "the address of the chat's API",
  tasks_url: "the address of the list of tasks",
  threads_url: "the address of the conversations",
  chat_url: "the address of the chat page",
  script_url: "the address of the ChatKit script (CHATKIT_SCRIPT_URL)",
  domain_key: "the ChatKit domain key (CHATKIT_DOMAIN_KEY)",
  csrf_token: "the token that lets this page call the API",
  user_id: "who is signed in",
};

// readConfig returns the settings and, in words, what is wrong with them.
export function readConfig(element) {
  let config;
  try {
    config = JSON.parse(element.textContent);
  } catch {
    return { config: {}, problems: ["The page came without its settings."] };
  }
  const problems = [];
  for (const [key, what] of Object.entries(required)) {
    if (typeof config[key] !== "string" || config[key].trim() === "") problems.push(`Missing: ${what}.`);
  }
  for (const key of ["api_url", "tasks_url", "threads_url", "chat_url"]) {
    if (config[key] && !isOwn(config[key])) problems.push(`Not on this server: ${required[key]}.`);
  }
  if (config.script_url && !isWeb(config.script_url)) problems.push(`Not a web address: ${required.script_url}.`);
  return { config, problems };
}

function isOwn(address) {
  return isWeb(address) && new URL(address, location.href).origin === location.origin;
}

export function isWeb(address) {
  try {
    return ["http:", "https:"].includes(new URL(address, location.href).protocol);
  } catch {
    return false;
  }
}
