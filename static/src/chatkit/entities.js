// Tasks that can be mentioned in a message by typing @.

const most = 20; // suggestions at once
const fresh = 5_000; // milliseconds that a list serves the next keystrokes

// taskEntities returns the options for mentions.
export function taskEntities(config, request) {
  let list = null;
  let readAt = 0;

  async function read() {
    const response = await request(`${config.tasks_url}?limit=100`);
    if (!response.ok) throw new Error(`The tasks could not be read (status ${response.status}).`);
    return (await response.json()).data;
  }

  function tasks() {
    if (!list || Date.now() - readAt > fresh) {
      readAt = Date.now();
      list = read();
      list.catch(() => (list = null)); // the next keystroke tries again
    }
    return list;
  }

  return {
    async onTagSearch(query) {
      const wanted = query.trim().toLocaleLowerCase();
      const found = (await tasks()).filter((task) => task.title.toLocaleLowerCase().includes(wanted));
      return found.slice(0, most).map(entity);
    },
    onClick: () => location.assign("/tasks"),
    onRequestPreview: async ({ title, data }) => ({ preview: preview(title, data ?? {}) }),
  };
}

function entity(task) {
  const state = task.completed ? "Done" : "To do";
  const data = { task_id: task.id, state, description: task.description ?? "" };
  return { id: task.id, title: task.title, icon: "check-circle", group: "Tasks", interactive: true, data };
}

function preview(title, { state, description }) {
  const children = [{ type: "Title", value: title, size: "sm" }];
  if (state) children.push({ type: "Caption", value: state });
  if (description) children.push({ type: "Text", value: description, size: "sm" });
  return { type: "Basic", padding: 3, gap: 1, children };
}
