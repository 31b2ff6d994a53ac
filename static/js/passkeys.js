// Passkeys: forms that ask the browser for one, or to make one, and are sent with
// what it answers.
const renew = 4 * 60_000; // before a challenge is too old

const said = (form) => form.parentElement.querySelector("[role=alert]");

// obstacle is why a form can't be used here, "" for nothing.
function obstacle(form) {
  if (location.origin !== form.dataset.origin) return "elsewhere";
  return window.PublicKeyCredential?.parseRequestOptionsFromJSON ? "" : "unable";
}

async function ask(form, signal, mediation) {
  const response = await fetch(form.dataset.passkey, { signal });
  if (!response.ok) throw new Error(response.statusText);
  const { publicKey } = await response.json();
  const answer = form.hasAttribute("data-make")
    ? await navigator.credentials.create({ signal, publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ signal, mediation, publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  form.querySelector("[data-answer]").value = JSON.stringify(answer);
  form.submit();
}

// offer lists passkeys among what the browser suggests for the address, until one
// is chosen there or by the button.
async function offer(form, button) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  while (!button.aborted) {
    const old = AbortSignal.timeout(renew);
    try {
      return await ask(form, AbortSignal.any([button, old]), "conditional");
    } catch {
      if (!old.aborted) return;
    }
  }
}

function arm(form) {
  const button = form.querySelector("button");
  const why = obstacle(form);
  if (why) {
    form.hidden = true;
    form.parentElement.querySelector(`[data-${why}]`).hidden = false;
    return;
  }
  let quiet = new AbortController();
  const begin = () => form.hasAttribute("data-offer") && offer(form, (quiet = new AbortController()).signal);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    quiet.abort();
    button.disabled = true;
    said(form).hidden = true;
    try {
      await ask(form);
    } catch ({ name }) {
      const kind = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "there" }[name] ?? "failed";
      said(form).hidden = false;
      said(form).textContent = said(form).dataset[kind];
      button.disabled = false;
      button.focus();
      begin();
    }
  });
  button.disabled = false;
  begin();
}

document.querySelectorAll("[data-passkey]").forEach(arm);

// What keeps passkeys hears which of them still count. Browsers that have no word
// for that go on offering the others.
const kept = document.querySelector("[data-passkeys]");
if (kept && !obstacle(kept)) {
  const { name, displayName, allAcceptedCredentialIds, ...whose } = JSON.parse(kept.dataset.passkeys);
  const heard = [
    PublicKeyCredential.signalAllAcceptedCredentials?.({ ...whose, allAcceptedCredentialIds }),
    PublicKeyCredential.signalCurrentUserDetails?.({ ...whose, name, displayName }),
  ];
  Promise.allSettled(heard);
}
