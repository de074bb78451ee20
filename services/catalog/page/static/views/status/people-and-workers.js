// Running workers, and contributors who are set aside.
import { html } from "../../core/html.js";
import { ago, count, countOf, duration } from "../../core/format.js";

const QUEUES = { "tagging.interactive": "Sent one by one", "tagging.bulk": "Sent in bulk" };

export function Workers({ workers, queues = {} }) {
  return html`
    <section class="card" aria-labelledby="workers-title">
      <header class="card-head"><h2 id="workers-title">Workers</h2></header>
      ${!workers.length && html`<p class="muted">No worker runs. Pictures wait until one does.</p>`}
      <ul class="lines">
        ${workers.map((worker) => html`
          <li key=${worker.name} class="line"><span class="line-main clip" dir="auto">${worker.name}</span>
            <span class="muted">${worker.busy ? countOf(worker.busy, "picture") : "idle"} · seen ${duration(worker.seen_seconds)} ago</span></li>`)}
      </ul>
      ${Object.keys(queues ?? {}).length > 0 && html`
        <h3 class="side-subtitle">Pictures that wait</h3>
        <ul class="lines">${Object.entries(queues).map(([name, length]) => html`<li key=${name} class="line"><span class="line-main">${QUEUES[name] ?? name}</span><span class="number">${count(length)}</span></li>`)}</ul>`}
    </section>
  `;
}

export function SetAside({ people }) {
  return html`
    <section class="card" aria-labelledby="aside-title">
      <header class="card-head"><h2 id="aside-title">Contributors set aside</h2></header>
      ${!people.length && html`<p class="muted">No one. A contributor who contradicts everyone else would appear here.</p>`}
      <ul class="lines">
        ${people.map((person) => html`
          <li key=${person.user} class="line"><span class="line-main"><strong dir="auto">${person.user || "someone"}</strong><span class="muted" dir="auto">${person.reason}</span></span>
            <span class="muted">${ago(person.set_aside_at)}</span></li>`)}
      </ul>
      ${people.length > 0 && html`<p class="muted">Nothing is learned from ${countOf(people.length, "contributor")}.</p>`}
    </section>
  `;
}
