// Loading the script that defines <openai-chatkit>.

const tag = "openai-chatkit";
const patience = 10_000; // milliseconds

// loadScript resolves when the element is defined; else it rejects with a
// sentence for people.
export function loadScript(address) {
  if (customElements.get(tag)) return Promise.resolve();
  const url = new URL(address, location.href).href;
  return new Promise((resolve, reject) => {
    const fail = (problem) => {
      clearTimeout(timer);
      reject(new Error(`${problem} Check your connection and CHATKIT_SCRIPT_URL, then reload the page.`));
    };
    const timer = setTimeout(() => fail(`The ChatKit script at ${url} did not start within ${patience / 1000} seconds.`), patience);
    customElements.whenDefined(tag).then(() => {
      clearTimeout(timer);
      resolve();
    });
    const script = document.createElement("script");
    script.src = url;
    script.async = true;
    script.onerror = () => fail(`The ChatKit script at ${url} could not be loaded.`);
    document.head.append(script);
  });
}
