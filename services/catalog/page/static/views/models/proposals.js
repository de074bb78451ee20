// Tags and synonyms that hashtags suggest, for a person to accept or refuse; merges can be undone.
import { decideProposal, getProposals } from "../../core/api/learning.js";
import { html } from "../../core/html.js";
import { ago, countOf, percent } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { may } from "../../core/session.js";
import { showError, showToast } from "../../parts/toasts.js";

const LOOK_MS = 10000;

export function Proposals() {
  const open = useLoad((signal) => getProposals("proposed", signal), [], { every: LOOK_MS });
  const accepted = useLoad((signal) => getProposals("accepted", signal), [], { every: LOOK_MS });
  const proposed = open.data?.proposals ?? [];
  const merged = (accepted.data?.proposals ?? []).filter((proposal) => proposal.means);
  const decide = async (proposal, verdict, text) => {
    try {
      await decideProposal(proposal.id, verdict);
      showToast(text);
      open.reload();
      accepted.reload();
    } catch (error) {
      showError(error);
    }
  };
  if (!proposed.length && !merged.length) return null;
  return html`
    <section class="card proposals" aria-labelledby="proposals-title">
      <header class="card-head"><h2 id="proposals-title">From hashtags</h2></header>
      ${proposed.length > 0 && html`
        <p class="muted">Words that uploaders use and that their pictures confirm. Nothing changes before you accept it.</p>
        <ul class="lines">${proposed.map((proposal) => html`<${Proposed} key=${proposal.id} proposal=${proposal} decide=${decide} />`)}</ul>`}
      ${merged.length > 0 && html`
        <h3 class="side-subtitle">Merged</h3>
        <ul class="lines">${merged.map((proposal) => html`<${Merged} key=${proposal.id} proposal=${proposal} decide=${decide} />`)}</ul>`}
    </section>
  `;
}

function Proposed({ proposal, decide }) {
  const { name, means } = proposal;
  const accepted = means ? `#${name} counts as #${means} from the next run on.` : `“${name}” is a tag; the run that starts now learns it.`;
  return html`
    <li class="line">
      <span class="line-main"><${Words} proposal=${proposal} /><span class="muted">${evidence(proposal)}</span></span>
      ${may("admin") && html`<span class="line-actions">
        <button class="button" aria-label=${`Refuse ${name}`} onClick=${() => decide(proposal, "refuse", `#${name} is not proposed again.`)}>Refuse</button>
        <button class="button primary" aria-label=${`Accept ${name}`} onClick=${() => decide(proposal, "accept", accepted)}>${means ? "Merge" : "Make a tag"}</button>
      </span>`}
    </li>
  `;
}

function Merged({ proposal, decide }) {
  const { name, means } = proposal;
  return html`
    <li class="line">
      <span class="line-main"><${Words} proposal=${proposal} /><span class="muted">${proposal.automatic ? "merged by itself, as the evidence is strong" : `merged ${ago(proposal.decided_at)}`}</span></span>
      ${may("admin") && html`<button class="link-button" aria-label=${`Separate ${name} from ${means}`} onClick=${() => decide(proposal, "refuse", `#${name} and #${means} are two words again from the next run on.`)}>Separate</button>`}
    </li>
  `;
}

function Words({ proposal: { name, means } }) {
  return html`<span><strong dir="auto">#${name}</strong>${means && html` means <strong dir="auto">#${means}</strong>`}</span>`;
}

function evidence({ kind, figures }) {
  if (kind === "synonym") return `${percent(figures.jaccard)} of their owners use both; their pictures are ${percent(figures.cosine)} alike.`;
  return `${countOf(figures.pictures, "picture")} of ${countOf(figures.owners, "owner")}; average precision on other owners ${percent(figures.after)}.`;
}
