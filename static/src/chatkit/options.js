// How the element is set up. The official one refuses keys that it does not
// know, so these are exactly those of @openai/chatkit's ChatKitOptions.

const prompts = [
  { label: "What can you do?", prompt: "What can you do?", icon: "lightbulb" },
  { label: "List my tasks", prompt: "List my tasks", icon: "check-circle" },
  { label: "Add a task", prompt: "Add a task: plan the week", icon: "plus" },
  { label: "Explain something", prompt: "Explain how to write a good to-do list", icon: "book-open" },
];

// elementOptions returns everything but the handlers of events.
export function elementOptions({ config, theme, initialThread, request, entities, runTool, goBack, toggleTheme }) {
  return {
    api: { url: new URL(config.api_url, location.href).href, domainKey: config.domain_key, fetch: request },
    theme: {
      colorScheme: theme,
      radius: "round",
      color: { accent: { primary: theme === "dark" ? "#75d0ab" : "#14604c", level: 1 } },
    },
    frameTitle: "TaskPilot chat",
    initialThread,
    header: {
      enabled: true,
      title: { enabled: true, text: "TaskPilot" },
      leftAction: { icon: "back-large", onClick: goBack },
      rightAction: { icon: theme === "dark" ? "light-mode" : "dark-mode", onClick: toggleTheme },
    },
    history: { enabled: true, showDelete: true, showRename: true },
    startScreen: { greeting: greeting(config.user_name), prompts },
    composer: {
      placeholder: "Message TaskPilot, @ mentions a task",
      attachments: { enabled: false },
      tools: [],
      models: [],
      dictation: { enabled: config.dictation === true },
    },
    disclaimer: { text: "Answers can be wrong. Check what matters." },
    threadItemActions: { feedback: true, retry: true },
    entities: { ...entities, showComposerMenu: true },
    widgets: {
      onAction: async ({ type, payload }) => {
        await runTool(type, payload);
      },
    },
    onClientTool: ({ name, params }) => runTool(name, params),
  };
}

function greeting(name) {
  return name ? `Hello ${name}, what can I help with?` : "Hello, what can I help with?";
}
