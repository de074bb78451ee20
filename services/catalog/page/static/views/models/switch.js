// The change from one network to another: its progress, and how the last one ended.
import { html } from "../../core/html.js";
import { ago, count, countOf, duration, percent } from "../../core/format.js";
import { Icon } from "../../parts/icon.js";

const STEPS = {
  preparing: "a worker loads it",
  embedding: "all pictures are embedded in the background",
  learning: "what people taught is learned again",
  finishing: "it is live; the last pictures are embedded",
};
// How long the result of a change is shown.
const TOLD_MS = 7 * 86_400_000;
const OUTCOMES = { done: "is live", failed: "did not go live", aborted: "was given up" };

export function Switch({ change }) {
  if (!change || (change.finished_at && Date.now() - new Date(change.finished_at) > TOLD_MS)) return null;
  return html`<div class="stack progress-notices">${change.status in STEPS ? goingOn(change) : ended(change)}</div>`;
}

function goingOn(change) {
  const isLearning = change.status === "learning";
  const share = isLearning ? change.progress : change.done / Math.max(change.total ?? 1, 1);
  return html`
    <div class="notice" role="status"><span class="spinner small"></span>
      <div class="grow"><strong>Changing the network</strong> to <span dir="auto">${change.backbone}</span>: ${isLearning && change.stage ? change.stage : STEPS[change.status]}
        <progress class="bar" max="1" value=${share} aria-label="Progress of the change"></progress>
        <p class="muted">${count(change.done)} of ${count(change.total ?? 0)} pictures${change.seconds_left === null ? "" : `, ${duration(change.seconds_left)} left`}${skipped(change)}</p>
        ${change.problem && html`<p dir="auto">${change.problem}</p>`}</div>
      <span class="number">${percent(share)}</span></div>`;
}

function ended(change) {
  return html`
    <div class=${change.status === "failed" ? "notice bad" : "notice"}>
      <${Icon} name=${change.status === "done" ? "check" : "info"} />
      <div>The network <span dir="auto">${change.backbone}</span> ${OUTCOMES[change.status]}, ${ago(change.finished_at)}${skipped(change)}.${change.reason && html`<p class="muted" dir="auto">${change.reason}</p>`}</div></div>`;
}

function skipped({ skipped: number }) {
  return number ? `; ${countOf(number, "picture")} could not be read and ${number === 1 ? "keeps its" : "keep their"} tags` : "";
}
