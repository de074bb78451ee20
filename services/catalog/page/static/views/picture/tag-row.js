// One tag: its name, a bar and a word for its confidence, who gave it, and buttons to correct it.
import { html } from "../../core/html.js";
import { percent, sureness } from "../../core/format.js";
import { may } from "../../core/session.js";
import { quote } from "../library/query.js";
import { Icon } from "../../parts/icon.js";
import { Meter } from "../../parts/meter.js";
import { nameOf } from "./verdicts.js";

export function TagRow({ tag, verdicts = [], actions, isBusy }) {
  const isPeoples = tag.source === "user";
  const users = verdicts.filter((one) => one.verdict !== "remove").map((one) => nameOf(one.user));
  const why = tag.because?.length ? `because of ${tag.because.join(", ")}` : "";
  return html`
    <li class="tag-row">
      <div class="tag-main">
        <a class="tag-name" href=${`/?q=${encodeURIComponent(quote(tag.name))}`} dir="auto">${tag.name}</a>
        ${isPeoples
          ? html`<span class="tag-by people"><${Icon} name="person" size="14" /><span dir="auto">${users.length ? users.join(", ") : "People"}</span></span>`
          : html`<span class="tag-by" title=${percent(tag.confidence, 1)}><${Meter} value=${tag.confidence} /><span class="sure-word">${sureness(tag.confidence)}</span><span class="sure-number number" aria-hidden="true">${percent(tag.confidence)}</span></span>`}
        ${why && html`<span class="tag-why muted" dir="auto">${why}</span>`}
      </div>
      ${may("feedback") && html`
        <button class="icon-button small yes" disabled=${isBusy || isPeoples} aria-label=${`${tag.name} is right`} title="Right" onClick=${() => actions.confirm(tag)}><${Icon} name="check" size="18" /></button>
        <button class="icon-button small no" disabled=${isBusy} aria-label=${`${tag.name} is wrong`} title="Wrong" onClick=${() => actions.remove(tag)}><${Icon} name="close" size="18" /></button>`}
    </li>
  `;
}

export function RemovedTag({ verdicts, isBusy, onAdd }) {
  const { name } = verdicts[0];
  const users = verdicts.filter((one) => one.verdict === "remove").map((one) => nameOf(one.user));
  return html`
    <li class="tag-row removed">
      <div class="tag-main"><s class="tag-name" dir="auto">${name}</s>
        <span class="tag-by people"><${Icon} name="person" size="14" /><span dir="auto">${users.join(", ")}</span></span></div>
      ${may("feedback") && html`<button class="icon-button small" disabled=${isBusy} aria-label=${`Add ${name} again`} title="Add again" onClick=${onAdd}><${Icon} name="plus" size="18" /></button>`}
    </li>
  `;
}
