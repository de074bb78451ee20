// The progress of the trainer and of re-tagging.
import { html } from "../../core/html.js";
import { ago, count, percent } from "../../core/format.js";
import { Icon } from "../../parts/icon.js";

const OUTCOMES = {
  promoted: "made a version that is live",
  rejected: "made a version that was not better",
  nothing: "found nothing new to learn from",
  failed: "failed",
};

export function Progress({ run, last, jobs }) {
  const job = jobs.find((some) => some.status !== "done" && some.status !== "finished" && !some.finished_at);
  return html`
    <div class="stack progress-notices">
      ${run && html`
        <div class="notice" role="status"><span class="spinner small"></span>
          <div class="grow"><strong>Learning</strong>: ${run.stage || "waiting for the trainer"}
            <progress class="bar" max="1" value=${run.progress} aria-label="Progress of the run"></progress></div>
          <span class="number">${percent(run.progress)}</span></div>`}
      ${job && html`
        <div class="notice" role="status"><span class="spinner small"></span>
          <div class="grow"><strong>Re-tagging</strong>: ${count(job.done)} of ${count(job.total)} pictures, ${count(job.changed)} changed
            <progress class="bar" max=${Math.max(job.total ?? 1, 1)} value=${job.done} aria-label="Progress of the re-tagging"></progress></div></div>`}
      ${!run && last && html`
        <div class=${last.status === "failed" ? "notice bad" : "notice"}>
          <${Icon} name=${last.status === "promoted" ? "check" : "info"} />
          <div>The last run, ${ago(last.finished_at ?? last.created_at)}, ${OUTCOMES[last.status] ?? last.status}.${last.reason && html`<p class="muted" dir="auto">${last.reason}</p>`}</div></div>`}
    </div>
  `;
}
