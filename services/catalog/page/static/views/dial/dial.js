// The precision dial: from "tag a lot" to "only when sure", and what that means for what is shown.
import { thumbnailUrl } from "../../core/api/images.js";
import { getDial } from "../../core/api/learning.js";
import { html, useState } from "../../core/html.js";
import { count, percent } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { path, setQuery, useLocation } from "../../core/router.js";
import { splitImplied } from "../../parts/implied.js";
import { EmptyState, Loaded, PageHead } from "../../parts/states.js";

const SHOWN_TAGS = 4;
const BASIS = {
  verdicts: "measured on what people decided about these pictures",
  held_out: "measured on corrections that the model did not learn from",
  network: "expected from the model’s own confidence, as there are too few corrections to measure it",
};

export function Dial() {
  const dial = useLoad((signal) => getDial(null, signal), []);
  return html`
    <${PageHead} title="Precision">Move the dial and watch the tags of your newest pictures. It changes only what is shown here; the server’s own limit is set with <code>TAGLOOP_MIN_CONFIDENCE</code>.<//>
    <${Loaded} of=${dial}>${(data) => (data.images.length ? html`<${Board} dial=${data} />` : html`<${NoPictures} />`)}<//>
  `;
}

function Board({ dial }) {
  const { query } = useLocation();
  const [limit, setLimit] = useState(() => Number(query.get("at")) || dial.shown);
  const index = nearest(dial.steps, limit);
  const step = dial.steps[index];
  const move = (event) => setLimit(dial.steps[Number(event.currentTarget.value)].min_confidence);
  const keep = () => setQuery({ at: step.min_confidence }, { replace: true });
  return html`
    <section class="dial" aria-label="Dial">
      <div class="dial-slide">
        <span>Tag a lot</span>
        <input type="range" min="0" max=${dial.steps.length - 1} step="1" value=${index} aria-label="Precision" aria-valuetext=${`Tags from ${percent(step.min_confidence)} on`} onInput=${move} onChange=${keep} />
        <span>Only when sure</span>
      </div>
      <dl class="figures three" aria-live="polite">
        <div><dt>of the tags are right</dt><dd>${step.right === null ? "unknown" : percent(step.right)}</dd></div>
        <div><dt>of ${count(dial.images.length)} pictures keep a tag</dt><dd class="number">${count(step.images)}</dd></div>
        <div><dt>tags in all</dt><dd class="number">${count(step.tags)}</dd></div>
      </dl>
      <p class="muted">Tags from ${percent(step.min_confidence)} confidence on. The share of right tags is ${BASIS[step.basis] ?? "an estimate"}${step.verdicts ? ` (${count(step.verdicts)} decisions)` : ""}.</p>
    </section>
    <ul class="dial-pictures">
      ${dial.images.map((image) => html`<${DialPicture} key=${image.id} image=${image} limit=${step.min_confidence} />`)}
    </ul>
  `;
}

function DialPicture({ image, limit }) {
  const { own, implied } = splitImplied(image.tags.filter((tag) => tag.source === "user" || tag.confidence >= limit));
  // "Yorkshire terrier" says more than "animal", although the model is surer of that.
  const tags = [...own, ...implied];
  return html`
    <li class=${tags.length ? "dial-picture" : "dial-picture bare"}>
      <a href=${path("pictures", image.id)} aria-label=${tags[0]?.name ?? "Picture without tags"}><img src=${thumbnailUrl(image.id)} alt="" loading="lazy" decoding="async" /></a>
      <ul class="chips">
        ${tags.slice(0, SHOWN_TAGS).map((tag) => html`<li key=${tag.tag} class=${tag.source === "user" ? "chip people-chip" : "chip plain"} title=${tag.source === "user" ? "Decided by people" : percent(tag.confidence, 1)}><span dir="auto">${tag.name}</span></li>`)}
        ${tags.length > SHOWN_TAGS && html`<li class="muted">+${tags.length - SHOWN_TAGS}</li>`}
        ${!tags.length && html`<li class="muted">No tags</li>`}
      </ul>
    </li>
  `;
}

function NoPictures() {
  return html`<${EmptyState} icon="dial" title="No pictures yet"><p>The dial needs tagged pictures to show something. <a href="/">Add some</a></p><//>`;
}

function nearest(steps, limit) {
  return steps.reduce((best, step, index) => (Math.abs(step.min_confidence - limit) < Math.abs(steps[best].min_confidence - limit) ? index : best), 0);
}
