// A question of the assistant's that only the person can answer.
import { useCallback, useRef, useState } from "react";

// useQuestion returns the open question, if any, and ask. A second question
// takes the place of the first, whose answer is then no.
export function useQuestion() {
  const [question, setQuestion] = useState(null);
  const open = useRef(null);
  const ask = useCallback(
    (text, label, act) =>
      new Promise((resolve, reject) => {
        open.current?.(false);
        const answer = (yes) => {
          open.current = null;
          setQuestion(null);
          // Within the click: browsers open tabs and fill the clipboard only then.
          if (yes) Promise.resolve(act()).then(() => resolve(true), reject);
          else resolve(false);
        };
        open.current = answer;
        setQuestion({ text, label, answer });
      }),
    [],
  );
  return [question, ask];
}

export function Question({ question }) {
  if (!question) return null;
  return (
    <div className="widget-question" role="alertdialog" aria-labelledby="widget-question">
      <p id="widget-question">{question.text}</p>
      <button type="button" className="button button-small" onClick={() => question.answer(false)}>
        No
      </button>
      <button type="button" className="button button-small button-primary" onClick={() => question.answer(true)}>
        {question.label}
      </button>
    </div>
  );
}
