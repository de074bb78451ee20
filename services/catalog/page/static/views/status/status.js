// The status: speed, queue, workers, failures, deliveries, contributors set aside.
import { getStatus } from "../../core/api/overview.js";
import { html } from "../../core/html.js";
import { count, countOf, duration } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { Icon } from "../../parts/icon.js";
import { Loaded, PageHead } from "../../parts/states.js";
import { Deliveries } from "./deliveries.js";
import { Failures } from "./failures.js";
import { Minutes } from "./minutes.js";
import { SetAside, Workers } from "./people-and-workers.js";

const LOOK_MS = 3000;

export function Status() {
  const status = useLoad(getStatus, [], { every: LOOK_MS });
  return html`
    <${PageHead} title="Status" />
    <${Loaded} of=${status}>${(data) => html`<${Board} status=${data} reload=${status.reload} />`}<//>
  `;
}

function Board({ status, reload }) {
  const { images } = status;
  return html`
    <${Health} status=${status} />
    <dl class="figures four">
      <div><dt>pictures a second</dt><dd class="number">${speed(status.per_second?.now)}</dd></div>
      <div><dt>waiting</dt><dd class="number">${count(images.queued)}</dd>
        ${status.oldest_waiting_seconds !== null && images.queued > 0 && html`<dd class="muted">the oldest for ${duration(status.oldest_waiting_seconds)}</dd>`}</div>
      <div><dt>tagged</dt><dd class="number">${count(images.tagged)}</dd></div>
      <div><dt>failed</dt><dd class="number">${count(images.failed)}</dd></div>
    </dl>
    ${status.per_second?.minutes && html`<${Minutes} minutes=${status.per_second.minutes} />`}
    <div class="cards">
      <${Failures} failures=${status.failures ?? []} onRetried=${reload} />
      ${status.workers && html`<${Workers} workers=${status.workers} queues=${status.queues} />`}
      ${status.deliveries && html`<${Deliveries} summary=${status.deliveries} />`}
      ${status.set_aside && html`<${SetAside} people=${status.set_aside} />`}
    </div>
  `;
}

function Health({ status }) {
  const problems = status.problems ?? [];
  if (!problems.length && status.ready !== false) {
    return html`<p class="health" role="status"><${Icon} name="check" />Everything works${status.model ? `. Version ${status.model} of the model is live` : ""}.</p>`;
  }
  return html`
    <div class="notice bad" role="status"><${Icon} name="warning" />
      <div><strong>${problems.length ? countOf(problems.length, "problem") : "Not ready"}</strong>${problems.map((text) => html`<p key=${text}>${text}</p>`)}</div></div>
  `;
}

function speed(value) {
  if (value === null || value === undefined) return "–";
  return value >= 10 ? count(Math.round(value)) : value.toFixed(1).replace(/\.0$/, "");
}
