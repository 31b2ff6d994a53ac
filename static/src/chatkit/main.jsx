// The page /chatkit: OpenAI's React bindings for ChatKit on our own API.
import { createRoot } from "react-dom/client";
import { readConfig } from "./config.js";
import { Page } from "./page.jsx";

createRoot(document.getElementById("chatkit-page")).render(<Page {...readConfig(document.getElementById("chatkit-config"))} />);
