// Writes down what is spoken: records, and has the server transcribe it.
import { composer, announce, t } from "./turns.js";
import { fill } from "./composer.js";
import { keepDraft } from "./drafts.js";
import { say } from "./say.js";

const longest = 5 * 60_000;
let recorder = null;

export function toggle(button) {
  if (recorder) recorder.stop();
  else record(button);
}

function show(button, state) {
  button.dataset.state = state;
  button.disabled = state === "writing";
  button.setAttribute("aria-pressed", String(state === "listening"));
  const words = { listening: "Stop and write it down", writing: "Writing it down…" }[state] || "Dictate";
  button.setAttribute("aria-label", t(words));
  button.title = t(words);
  if (state) announce(state === "listening" ? "Listening." : words);
}

async function record(button) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    say("No microphone", "Allow the microphone for this page in your browser, then try again. Without https, browsers give none.");
    return;
  }
  const chunks = [];
  recorder = new MediaRecorder(stream);
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  recorder.onstop = async () => {
    clearTimeout(limit);
    for (const track of stream.getTracks()) track.stop();
    const { mimeType } = recorder;
    recorder = null;
    show(button, "writing");
    try {
      insert(await transcribe(new Blob(chunks, { type: mimeType })));
    } catch (error) {
      say("That was not written down", error.message);
    }
    show(button, "");
  };
  const limit = setTimeout(() => recorder?.stop(), longest);
  recorder.start();
  show(button, "listening");
}

const base64 = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

async function transcribe(blob) {
  const response = await fetch("/api/v1/chatkit", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": composer().elements.csrf_token.value },
    body: JSON.stringify({ type: "input.transcribe", params: { audio_base64: await base64(blob), mime_type: blob.type } }),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error?.message || "The server did not answer. Try again in a moment.");
  return answer.text.trim();
}

// insert puts the words where the caret is.
function insert(words) {
  const form = composer();
  const box = form.elements.content;
  if (!words) return announce("Nothing was heard.");
  const before = box.value.slice(0, box.selectionStart);
  const gap = before && !/\s$/.test(before) ? " " : "";
  fill(form, before + gap + words + box.value.slice(box.selectionEnd));
  const caret = before.length + gap.length + words.length;
  box.setSelectionRange(caret, caret);
  keepDraft(form);
  box.focus();
}
