// One version: its figures, why it went live or did not, its tags, and restoring it.
import { html, useState } from "../../core/html.js";
import { moment, percent } from "../../core/format.js";
import { may } from "../../core/session.js";
import { TagTable } from "./tag-table.js";

const STATUS = { live: "Live", retired: "Retired", rejected: "Not promoted", candidate: "Candidate" };
const FIGURES = [
  ["mean_average_precision", "Mean average precision"],
  ["precision", "Precision"],
  ["recall", "Recall"],
];

// network: the live one; only its versions can be promoted.
export function Version({ model, network, onPromote }) {
  const [isOpen, setOpen] = useState(false);
  const { overall, tags } = model.metrics ?? {};
  const number = Object.keys(tags ?? {}).length;
  return html`
    <li class=${`version ${model.status}`}>
      <div class="version-head">
        <h2>Version ${model.version}</h2>
        <span class=${`pill ${model.status}`}>${STATUS[model.status]}</span>
        ${model.backbone !== network && html`<span class="pill" dir="auto">${model.backbone}</span>`}
        <span class="muted">${moment(model.promoted_at ?? model.created_at)}${model.parent ? ` · from version ${model.parent}` : ""}</span>
        <span class="grow"></span>
        ${model.status !== "live" && model.backbone === network && may("admin") && html`<button class="button" onClick=${onPromote}>${model.status === "retired" ? "Put back" : "Promote"}</button>`}
      </div>
      <p class="version-reason" dir="auto">${model.reason ?? "The network as it comes, before anyone corrected it."}</p>
      ${overall && html`
        <dl class="figures three">
          ${FIGURES.map(([key, name]) => html`<${Figure} key=${key} name=${name} before=${overall.before?.[key]} after=${overall.after?.[key]} />`)}
        </dl>`}
      ${number > 0 && html`
        <button class="link-button" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${isOpen ? "Hide the tags" : `Show ${number} ${number === 1 ? "tag" : "tags"}`}</button>
        ${isOpen && html`<${TagTable} tags=${tags} />`}`}
    </li>
  `;
}

function Figure({ name, before, after }) {
  const has = after !== null && after !== undefined;
  const gain = has && before !== null && before !== undefined ? after - before : null;
  const tone = gain === null || Math.abs(gain) < 0.0005 ? "" : gain > 0 ? "up" : "down";
  return html`
    <div><dt>${name}</dt>
      <dd class="number">${has ? percent(after, 1) : "–"}${gain !== null && html`<span class=${`gain ${tone}`}>${gain >= 0 ? "+" : "−"}${Math.abs(gain * 100).toFixed(1)}</span>`}</dd>
      <dd class="muted number">${before === null || before === undefined ? "not measured before" : `before ${percent(before, 1)}`}</dd></div>
  `;
}
