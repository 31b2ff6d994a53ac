// The one connection for live changes. It reconnects by itself; what was missed
// the server sends again, from the sequence number that each watch has reached.
const backoff = { first: 500, most: 10_000 };

export class LiveSource {
  #emit;
  #watches = new Map(); // thread → the last sequence number seen
  #stream = null;
  #timer = 0;
  #failures = 0;
  #wanted = false;

  constructor(emit) {
    this.#emit = emit;
  }

  // watch says which threads to follow. It always connects anew, so that the
  // server begins with the state of each thread.
  watch(watches) {
    this.#watches = watches;
    this.#wanted = true;
    this.#later(50);
  }

  close() {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = null;
  }

  #later(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  #open() {
    this.#stream?.close();
    if (!this.#wanted) return;
    const query = new URLSearchParams();
    for (const [thread, seq] of this.#watches) query.append("watch", `${thread}:${seq}`);
    const stream = new EventSource(`/live?${query}`);
    this.#stream = stream;
    stream.addEventListener("hello", () => {
      this.#failures = 0;
      this.#emit({ type: "state", online: true });
    });
    stream.addEventListener("fragment", (event) => {
      const fragment = JSON.parse(event.data);
      if (fragment.seq && this.#watches.has(fragment.thread)) this.#watches.set(fragment.thread, fragment.seq);
      this.#emit({ type: "fragment", fragment });
    });
    stream.addEventListener("signal", (event) => this.#emit({ type: "signal", kind: JSON.parse(event.data).kind }));
    stream.addEventListener("gone", (event) => this.#emit({ type: "gone", thread: JSON.parse(event.data).thread }));
    stream.addEventListener("signedout", () => this.#emit({ type: "auth" }));
    stream.addEventListener("bye", () => this.#retry());
    stream.onerror = () => this.#retry();
  }

  // retry waits longer each time, and not as long as every other browser does.
  #retry() {
    const refused = this.#stream?.readyState === EventSource.CLOSED;
    this.#stream?.close();
    this.#emit({ type: "state", online: false });
    const wait = Math.min(backoff.most, backoff.first * 2 ** this.#failures++);
    this.#later(wait * (0.5 + Math.random() / 2));
    if (refused) this.#checkSession();
  }

  // checkSession finds out whether the server refuses because nobody is signed in.
  async #checkSession() {
    try {
      const reply = await fetch("/chat/list", { redirect: "manual", headers: { "HX-Request": "true" } });
      if (reply.type === "opaqueredirect" || reply.status === 401) {
        this.close();
        this.#emit({ type: "auth" });
      }
    } catch {
      // There is no connection at all: the next attempt will tell.
    }
  }
}
