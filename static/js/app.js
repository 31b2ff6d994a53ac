// Everything a page needs beyond plain links and forms, one behaviour a file.
import "./place.js";
import "./feedback.js";
import "./scroll.js";
import "./drafts.js";
import "./composer.js";
import "./send.js";
import "./compose.js";
import "./live.js";
import "./action.js";
import "./drawer.js";
import "./find.js";
import "./rename.js";
import "./theme-control.js";

if (document.querySelector("[data-pictures]")) import("./pictures.js");
if (document.querySelector("#tasks")) import("./tasks.js");
