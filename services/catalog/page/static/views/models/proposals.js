// Tags and synonyms that hashtags suggest, for a person to accept or refuse.
import { decideProposal, getProposals } from "../../core/api/learning.js";
import { html } from "../../core/html.js";
import { countOf, percent } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { showError, showToast } from "../../parts/toasts.js";

const LOOK_MS = 10000;

export function Proposals() {
  const load = useLoad(getProposals, [], { every: LOOK_MS });
  const found = load.data?.proposals ?? [];
  const decide = async (proposal, verdict) => {
    try {
      await decideProposal(proposal.id, verdict);
      showToast(told(proposal, verdict));
      load.reload();
    } catch (error) {
      showError(error);
    }
  };
  if (!found.length) return null;
  return html`
    <section class="stack proposals" aria-labelledby="proposals-title">
      <h2 id="proposals-title">From hashtags</h2>
      <p class="muted">Words that uploaders use and pictures confirm. Nothing changes before you accept it.</p>
      <ul class="plain stack">
        ${found.map((proposal) => html`
          <li key=${proposal.id} class="notice">
            <div class="grow"><strong dir="auto">#${proposal.name}</strong>${proposal.means && html` means <strong dir="auto">#${proposal.means}</strong>`}
              <p class="muted">${evidence(proposal)}</p></div>
            <button class="button" aria-label=${`Refuse ${proposal.name}`} onClick=${() => decide(proposal, "refuse")}>Refuse</button>
            <button class="button primary" aria-label=${`Accept ${proposal.name}`} onClick=${() => decide(proposal, "accept")}>${proposal.means ? "Merge" : "Make a tag"}</button>
          </li>`)}
      </ul>
    </section>
  `;
}

function evidence({ kind, figures }) {
  if (kind === "synonym") return `${percent(figures.jaccard)} of their owners use both; their pictures are ${percent(figures.cosine)} alike.`;
  return `${countOf(figures.pictures, "picture")} of ${countOf(figures.owners, "owner")}; average precision on other owners ${percent(figures.after)}.`;
}

function told(proposal, verdict) {
  if (verdict === "refuse") return `“${proposal.name}” is not proposed again.`;
  return proposal.means ? `“${proposal.name}” counts as “${proposal.means}” from the next run on.` : `“${proposal.name}” is a tag; the run that starts now learns it.`;
}
