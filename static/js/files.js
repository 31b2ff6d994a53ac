// Files on their way to the server, while the message is still being written.
import { announce, t } from "./turns.js";
import { extras } from "./send.js";
import { put, fill, look } from "./chips.js";
import { say } from "./say.js";

const most = 20;
const megabytes = (n) => (n >= 1 << 20 ? `${Math.floor(n / (1 << 20))} MB` : `${Math.floor(n / 1024)} KB`);
const isPicture = (file) => /^image\/(png|jpeg|gif|webp)$/.test(file.type);

export function add(form, list) {
  for (const file of list) {
    if (extras(form).filter((el) => el.dataset.kind === "file").length >= most) {
      say("Too many files", "A message can have 20 files. Send these first, then the others.");
      return;
    }
    const chip = put(form, { kind: "file", label: file.name || t("picture") });
    if (isPicture(file)) {
      const address = URL.createObjectURL(file);
      look(chip, address);
      chip.querySelector("img").onload = () => URL.revokeObjectURL(address);
    }
    if (file.size > form.dataset.maxFile) fail(chip, t("Too large: at most %s", megabytes(form.dataset.maxFile)));
    else if (file.size === 0) fail(chip, t("This file is empty"));
    else send(form, chip, file);
  }
  form.elements.content.focus();
}

function fail(chip, why, again) {
  chip.dataset.state = "failed";
  chip.querySelector("progress").hidden = true;
  const name = chip.querySelector(".extra-name");
  name.textContent = `${chip.dataset.label}: ${why}`;
  announce(name.textContent);
  const button = chip.querySelector("[data-again]");
  button.hidden = !again;
  button.onclick = again;
}

function send(form, chip, file) {
  chip.dataset.state = "sending";
  chip.querySelector("[data-again]").hidden = true;
  chip.querySelector(".extra-name").textContent = chip.dataset.label;
  const bar = chip.querySelector("progress");
  bar.hidden = false;
  const request = new XMLHttpRequest(); // fetch tells nothing of how far an upload is
  const again = () => send(form, chip, file);
  request.open("POST", "/api/v1/chatkit/attachments");
  request.setRequestHeader("X-CSRF-Token", form.elements.csrf_token.value);
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => (bar.value = loaded / total);
  request.onerror = () => fail(chip, t("no connection"), again);
  request.onload = () => {
    const answer = request.response;
    if (request.status >= 500 || request.status === 429 || !answer) fail(chip, answer?.error?.message || t("the server did not answer"), again);
    else if (request.status >= 400) fail(chip, answer.error.message);
    else arrived(form, chip, answer);
  };
  chip.addEventListener("removed", () => request.abort(), { once: true });
  const body = new FormData();
  body.append("file", file, chip.dataset.label);
  request.send(body);
}

function arrived(form, chip, { id, name, type }) {
  chip.querySelector("progress").hidden = true;
  delete chip.dataset.state;
  const picture = type === "image" ? { picture: `/files/${encodeURIComponent(id)}/preview` } : {};
  fill(form, chip, { value: id, label: name, ...picture });
  if (!("due" in form.dataset) || form.querySelector("[data-state]")) return;
  delete form.dataset.due;
  form.requestSubmit();
}
