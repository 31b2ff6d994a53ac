// The one connection for live changes. It reconnects by itself; what was missed
// the server sends again, from the sequence number that each watch has reached.
const backoff = { first: 500, most: 10_000 };

export class LiveSource {
  #emit;
  #watches = new Map(); // thread → the last sequence number seen
  #stream = null;
  #open = new Set(); // with that one those before it, until it works: what they say meanwhile would be lost
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
    this.#only(null);
  }

  // only closes all streams but one.
  #only(stream) {
    for (const other of this.#open) if (other !== stream) other.close();
    this.#open = new Set(stream && [stream]);
    this.#stream = stream;
  }

  #later(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #connect() {
    if (!this.#wanted) return;
    const query = new URLSearchParams();
    for (const [thread, seq] of this.#watches) query.append("watch", `${thread}:${seq}`);
    const stream = new EventSource(`/live?${query}`);
    this.#stream = stream;
    this.#open.add(stream);
    const retry = () => (stream === this.#stream ? this.#retry() : stream.close());
    stream.addEventListener("hello", () => {
      if (stream !== this.#stream) return;
      this.#only(stream);
      this.#emit({ type: "state", online: true, again: this.#failures > 0 });
      this.#failures = 0;
    });
    stream.addEventListener("fragment", (event) => {
      if (stream !== this.#stream) return; // the newer one has it, too
      const fragment = JSON.parse(event.data);
      if (fragment.seq && this.#watches.has(fragment.thread)) this.#watches.set(fragment.thread, fragment.seq);
      this.#emit({ type: "fragment", fragment });
    });
    stream.addEventListener("signal", (event) => this.#emit({ type: "signal", kind: JSON.parse(event.data).kind }));
    stream.addEventListener("gone", (event) => this.#emit({ type: "gone", thread: JSON.parse(event.data).thread }));
    stream.addEventListener("signedout", () => this.#emit({ type: "auth" }));
    stream.addEventListener("bye", retry);
    stream.onerror = retry;
  }

  // retry waits longer each time, and not as long as every other browser does.
  #retry() {
    const refused = this.#stream?.readyState === EventSource.CLOSED;
    this.#only(null);
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
