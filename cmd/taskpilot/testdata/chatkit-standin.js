// A stand-in for ChatKit's own script, written for the tests after the public
// types of @openai/chatkit: the element with its methods and events, a plain
// look, and just enough of the protocol for a conversation.
const here = new URL(document.currentScript.src);

const look = new CSSStyleSheet();
look.replaceSync(`
  :host { display: flex; flex-direction: column; height: 100%; font: 16px/1.5 system-ui, sans-serif; }
  :host([dark]) { background: #111816; color: #e6ebe4; } :host(:not([dark])) { background: #fbf9f3; color: #1d2622; }
  header { display: flex; gap: .75rem; align-items: center; padding: .75rem 1.25rem; font-weight: 600; }
  header span { flex: 1; } button { font: inherit; color: inherit; background: none; border: 1px solid #8886; border-radius: 12px; padding: .35rem .8rem; cursor: pointer; }
  section { flex: 1; overflow: auto; width: min(46rem, 100% - 2.5rem); margin: auto; display: grid; align-content: end; gap: 1rem; padding: 1rem 0; }
  h2 { font-weight: 500; text-align: center; } .prompts { display: flex; flex-wrap: wrap; gap: .5rem; justify-content: center; }
  p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; } .user { justify-self: end; background: #75d0ab33; border-radius: 16px; padding: .5rem 1rem; }
  footer { width: min(46rem, 100% - 2.5rem); margin: 0 auto; padding: .5rem 0 1rem; text-align: center; font-size: .8rem; }
  form { display: flex; gap: .5rem; padding-bottom: .5rem; } input { flex: 1; min-width: 0; font: inherit; color: inherit; background: none; border: 1px solid #8888; border-radius: 16px; padding: .7rem 1rem; }
  iframe { display: none; }`);

const make = (tag, text = "", className = "") => Object.assign(document.createElement(tag), { textContent: text, className });

class StandIn extends HTMLElement {
  thread = null;
  setOptionsCalls = 0;

  constructor() {
    super();
    this.attachShadow({ mode: "open", delegatesFocus: true }).adoptedStyleSheets = [look];
  }

  setOptions(options) {
    this.options = options;
    this.setOptionsCalls += 1;
    this.toggleAttribute("dark", (options.theme.colorScheme ?? options.theme) === "dark");
    if (this.setOptionsCalls > 1) return this.head();
    this.draw();
    const frame = make("iframe");
    frame.src = new URL("frame.html", here).href;
    frame.onload = () => this.boot();
    // OpenAI's script brings an inline style, too.
    this.shadowRoot.append(make("style", ":host { --inline-style: works; }"), frame);
  }

  async boot() {
    this.reached = await (await fetch(new URL("ping", here))).text();
    this.tell("ready");
    this.tell("log", { name: "app.init", data: {} });
    await this.call("threads.list", { limit: 9999, order: "desc" }).then((r) => r.json());
    if (this.options.initialThread) await this.setThreadId(this.options.initialThread);
  }

  draw() {
    const { startScreen, composer, disclaimer } = this.options;
    this.top = make("header");
    this.list = make("section");
    this.list.append(make("h2", startScreen.greeting));
    const prompts = make("div", "", "prompts");
    for (const { label, prompt } of startScreen.prompts) {
      const button = make("button", label);
      button.onclick = () => this.sendUserMessage({ text: prompt });
      prompts.append(button);
    }
    this.list.append(prompts);
    const form = make("form");
    this.input = Object.assign(make("input"), { placeholder: composer.placeholder });
    form.append(this.input, make("button", "Send"));
    form.onsubmit = (event) => {
      event.preventDefault();
      const text = this.input.value;
      this.input.value = "";
      this.sendUserMessage({ text });
    };
    const foot = make("footer");
    foot.append(form, disclaimer.text);
    this.shadowRoot.append(this.top, this.list, foot);
    this.head();
  }

  head() {
    const { leftAction, rightAction, title } = this.options.header;
    const action = ({ icon, onClick }) => Object.assign(make("button", icon), { onclick: () => onClick(), name: icon });
    this.top.replaceChildren(action(leftAction), make("span", title.text), action(rightAction));
  }

  tell(name, detail = null) {
    this.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail }));
  }

  call(type, params) {
    const headers = { "content-type": "application/json", "chatkit-frame-instance-id": "stand-in" };
    return this.options.api.fetch(this.options.api.url, { method: "POST", headers, body: JSON.stringify({ type, params }) });
  }

  async sendUserMessage({ text, newThread, attachments = [] }) {
    if (newThread) this.change(null);
    const ids = attachments.map(({ id }) => id);
    const input = { content: [{ type: "input_text", text }], quoted_text: "", attachments: ids, inference_options: {} };
    if (this.thread) await this.stream("threads.add_user_message", { input, thread_id: this.thread });
    else await this.stream("threads.create", { input });
  }

  async stream(type, params) {
    this.tell("response.start");
    const response = await this.call(type, params);
    if (!response.ok) this.tell("error", { error: new Error(`status ${response.status}`) });
    else await this.read(response.body);
    const call = this.waiting;
    this.waiting = null;
    if (call) {
      const result = await this.options.onClientTool({ name: call.name, params: call.arguments });
      await this.stream("threads.add_client_tool_output", { thread_id: this.thread, result });
    }
    this.tell("response.end");
  }

  async read(body) {
    let rest = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const frames = (rest + chunk).split("\n\n");
      rest = frames.pop();
      for (const frame of frames) this.take(JSON.parse(frame.replace(/^data: /, "")));
    }
  }

  take(event) {
    if (event.type === "thread.created") this.change(event.thread.id);
    if (event.type === "error") this.tell("error", { error: new Error(event.message) });
    if (event.type === "client_effect") this.tell("effect", { name: event.name, data: event.data });
    if (event.type === "thread.item.done") this.show(event.item);
    if (event.type === "thread.item.done" && event.item.status === "pending") this.waiting = event.item;
  }

  // upload sends a file in two phases, as from a frame of another site: without
  // the page's cookie and token.
  async upload(file) {
    const announced = await this.call("attachments.create", { name: file.name, size: file.size, mime_type: file.type });
    if (!announced.ok) throw new Error((await announced.json()).error.message);
    const { upload_descriptor: to } = await announced.json();
    const body = new FormData();
    body.append("file", file);
    const sent = await fetch(to.url, { method: to.method, headers: to.headers, body, credentials: "omit" });
    if (!sent.ok) throw new Error((await sent.json()).error.message);
    return sent.json();
  }

  show({ type, content, attachments = [] }) {
    if (type !== "user_message" && type !== "assistant_message") return;
    for (const { name, preview_url: src } of attachments) {
      this.list.append(src ? Object.assign(make("img"), { src, alt: name }) : make("p", name, "user"));
    }
    this.list.append(make("p", content.map((part) => part.text).join(""), type === "user_message" ? "user" : "assistant"));
  }

  change(id) {
    this.thread = id;
    this.list.replaceChildren();
    this.tell("thread.change", { threadId: id });
  }

  async setThreadId(id) {
    this.change(id);
    if (!id) return;
    this.tell("thread.load.start", { threadId: id });
    const thread = await (await this.call("threads.get_by_id", { thread_id: id })).json();
    thread.items.data.forEach((item) => this.show(item));
    this.tell("thread.load.end", { threadId: id });
  }

  async focusComposer() {
    this.input.focus();
  }

  async setComposerValue({ text }) {
    this.input.value = text ?? "";
  }

  async fetchUpdates() {}
  async sendCustomAction() {}
  async showHistory() {}
  async hideHistory() {}
}

customElements.define("openai-chatkit", StandIn);
