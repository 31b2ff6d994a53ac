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
    api: {
      url: new URL(config.api_url, location.href).href,
      domainKey: config.domain_key,
      fetch: request,
      // The address of each upload is signed: it needs no cookie and no token,
      // which requests from the element's own frame may not have.
      uploadStrategy: { type: "two_phase" },
    },
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
      attachments: attachments(config.max_file),
      tools: [],
      models: models(config.models ?? []),
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

// models is what the composer offers, when there is a choice. The first one is
// used otherwise.
function models(list) {
  return list.length > 1 ? list.map(({ id, label }, i) => ({ id, label, default: i === 0 })) : [];
}

// attachments is what the file dialog offers; what is taken the server decides,
// by the bytes.
function attachments(maxSize) {
  if (!(maxSize > 0)) return { enabled: false };
  return {
    enabled: true,
    maxSize,
    maxCount: 20,
    accept: {
      "image/*": [".png", ".jpg", ".jpeg", ".gif", ".webp"],
      "application/pdf": [".pdf"],
      "text/*": [".txt", ".md", ".csv", ".tsv", ".log", ".py", ".go", ".js", ".ts", ".c", ".h", ".java", ".rb", ".sh", ".sql", ".yaml"],
      "application/json": [".json"],
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document": [".docx"],
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": [".xlsx"],
      "application/vnd.openxmlformats-officedocument.presentationml.presentation": [".pptx"],
      "application/vnd.oasis.opendocument.text": [".odt"],
      "application/vnd.oasis.opendocument.spreadsheet": [".ods"],
      "application/vnd.oasis.opendocument.presentation": [".odp"],
      "audio/*": [".mp3", ".wav", ".ogg", ".flac", ".aac", ".m4a"],
    },
  };
}

function greeting(name) {
  return name ? `Hello ${name}, what can I help with?` : "Hello, what can I help with?";
}
