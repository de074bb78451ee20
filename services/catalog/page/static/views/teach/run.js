// The run that learns the new tag, from "queued" to its outcome.
import { getRun } from "../../core/api/learning.js";
import { html } from "../../core/html.js";
import { useLoad } from "../../core/load.js";
import { quote } from "../library/query.js";
import { Icon } from "../../parts/icon.js";

const LOOK_MS = 1000;
const ENDED = ["promoted", "rejected", "nothing", "failed"];

export function Run({ taught }) {
  if (taught.run) return html`<${Learning} taught=${taught} />`;
  return html`<${Done} taught=${taught}><strong>Made from its name.</strong> Your pictures are being tagged.<//>`;
}

function Learning({ taught }) {
  const first = taught.run;
  const [isOver, every] = [ENDED.includes(first.status), LOOK_MS];
  const load = useLoad((signal) => getRun(first.id, signal), [first.id], { every: isOver ? 0 : every });
  const run = load.data ?? first;
  if (!ENDED.includes(run.status)) {
    return html`
      <div class="notice" role="status"><span class="spinner small"></span>
        <div class="grow">${run.stage || "Waiting for the trainer"}<progress class="bar" max="1" value=${run.progress} aria-label="Progress"></progress></div></div>
    `;
  }
  if (run.status !== "promoted") {
    return html`<div class="notice bad" role="status"><${Icon} name="warning" /><div><strong>${run.status === "rejected" ? "Not good enough yet" : "It was not learned"}</strong><p>${run.reason}</p></div></div>`;
  }
  return html`<${Done} taught=${taught}><strong>Learned.</strong> Version ${run.version} is live and your pictures are being tagged.<//>`;
}

function Done({ taught, children }) {
  return html`
    <div class="notice good" role="status"><${Icon} name="check" /><div>${children}
      <p><a href=${`/?q=${encodeURIComponent(quote(taught.name))}`}>Show them</a></p></div></div>
  `;
}
