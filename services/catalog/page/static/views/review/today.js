// Today's corrections, and what they changed.
import { getToday } from "../../core/api/corrections.js";
import { html, useEffect } from "../../core/html.js";
import { count, countOf } from "../../core/format.js";
import { useLoad } from "../../core/load.js";

export function Today({ answers }) {
  const today = useLoad(getToday, []);
  useEffect(() => {
    const timer = setTimeout(today.reload, 600);
    return () => clearTimeout(timer);
  }, [answers]);
  const { data } = today;
  const parts = data ? factsOf(data) : [`${countOf(answers, "answer")} since you came`];
  return html`<p class="today" role="status">${parts.map((part, index) => html`<span key=${index}>${part}</span>`)}</p>`;
}

function factsOf({ answers, waiting, last_run: run }) {
  const facts = [html`<strong class="number">${count(answers)}</strong> ${answers === 1 ? "answer" : "answers"} today`];
  if (waiting) facts.push(html`<strong class="number">${count(waiting)}</strong> wait for the next run`);
  if (run?.status === "promoted") {
    const changed = run.changed ? `, ${countOf(run.changed, "picture")} changed` : "";
    facts.push(html`version ${run.version} learned from them${changed}`);
  }
  return facts;
}
