// The page: the element over the whole window, and below it what it reports.
import { ChatKit, useChatKit } from "@openai/chatkit-react";
import { useEffect, useMemo, useState } from "react";
import { authenticated, lastThread } from "./api.js";
import { taskEntities } from "./entities.js";
import { eventHandlers } from "./events.js";
import { elementOptions } from "./options.js";
import { Question, useQuestion } from "./question.jsx";
import { loadScript } from "./script.js";
import { StatusLine, useReports } from "./status.jsx";
import { chooseTheme, useTheme } from "./theme.js";
import { runTool, toolNames } from "./tools.js";

const signedOut = "You are signed out. Reload the page to sign in again.";

export function Page({ config, problems }) {
  const { state, events, report } = useReports();
  const [question, ask] = useQuestion();
  const [failure, setFailure] = useState(null);
  const [start, setStart] = useState(null); // known once everything is loaded
  const [thread, setThread] = useState(null);
  const request = useMemo(() => authenticated(config.csrf_token, toolNames, () => setFailure(signedOut)), [config]);
  const broken = problems.length > 0;

  useEffect(() => {
    if (broken) return;
    Promise.all([lastThread(config, request), loadScript(config.script_url)]).then(
      ([id]) => {
        setThread(id);
        setStart({ thread: id });
      },
      (error) => {
        setFailure(error.message);
        report("error", "The ChatKit widget is not there");
      },
    );
  }, [config, request, broken, report]);

  useEffect(() => {
    const refused = (event) => report("error", `Refused by this page's policy: ${event.blockedURI}`);
    addEventListener("securitypolicyviolation", refused);
    return () => removeEventListener("securitypolicyviolation", refused);
  }, [report]);

  const backTo = thread ? `${config.chat_url}/${thread}` : config.chat_url || "/chat";
  return (
    <>
      <main id="main" className="widget-main" tabIndex={-1}>
        {broken && <Problem title="This page is not set up" lines={problems} />}
        {failure && <Problem title="The ChatKit page does not work right now" lines={[failure]} />}
        {start && <Widget {...{ config, start, request, report, ask, backTo }} onThread={setThread} />}
      </main>
      <Question question={question} />
      <StatusLine state={broken || failure ? "error" : state} events={events} backTo={backTo} />
    </>
  );
}

function Widget({ config, start, request, report, ask, backTo, onThread }) {
  const theme = useTheme();
  const entities = useMemo(() => taskEntities(config, request), [config, request]);
  const options = elementOptions({
    config,
    theme,
    request,
    entities,
    initialThread: start.thread,
    runTool: (name, params) => {
      report(null, `Tool in this page: ${name}`);
      return runTool(ask, name, params);
    },
    goBack: () => location.assign(backTo),
    toggleTheme: () => chooseTheme(theme === "dark" ? "light" : "dark"),
  });
  const { control } = useChatKit({ ...options, ...eventHandlers(config, report, onThread) });
  return <ChatKit control={control} className="widget-element" />;
}

function Problem({ title, lines }) {
  return (
    <div className="banner banner-danger widget-problem" role="alert">
      <h1>{title}</h1>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}
