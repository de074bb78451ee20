// Versions of the model on a time line; learn now, restore one, follow the re-tagging.
import { getModels, getRetagJobs, getRuns, getSwitch, promote, retrain } from "../../core/api/learning.js";
import { html, useState } from "../../core/html.js";
import { countOf } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { may } from "../../core/session.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icon.js";
import { Loaded, PageHead } from "../../parts/states.js";
import { showError, showToast } from "../../parts/toasts.js";
import { Progress } from "./progress.js";
import { Proposals } from "./proposals.js";
import { Switch } from "./switch.js";
import { Version } from "./version.js";

const LOOK_MS = 2000;

export function Models() {
  const models = useLoad(getModels, [], { every: LOOK_MS * 2 });
  const runs = useLoad(getRuns, [], { every: LOOK_MS });
  const jobs = useLoad(getRetagJobs, [], { every: LOOK_MS });
  const change = useLoad(getSwitch, [], { every: LOOK_MS });
  const [chosen, setChosen] = useState(null);
  const running = runs.data?.runs.find((run) => ["queued", "running"].includes(run.status));
  const reload = () => [models, runs, jobs].forEach((load) => load.reload());
  const learn = () => retrain().then(reload, showError);
  const putBack = async () => {
    try {
      await promote(chosen.version);
      showToast(`Version ${chosen.version} is live. Everything is re-tagged in the background.`);
      reload();
    } catch (error) {
      showError(error);
    }
    setChosen(null);
  };
  const network = models.data?.models.find((model) => model.status === "live")?.backbone;
  const waiting = runs.data?.queue ?? 0;
  const actions = may("admin") && html`<button class="button primary" disabled=${Boolean(running)} onClick=${learn}><${Icon} name="refresh" size="18" />Learn now</button>`;
  return html`
    <${PageHead} title="Models" actions=${actions}>
      ${runs.data ? (waiting ? `${countOf(waiting, "correction")} ${waiting === 1 ? "waits" : "wait"} for the next run. It starts by itself every night.` : "Every correction has been learned from. The next run starts by itself tonight.") : "Every version is kept, and any can be put back."}
    <//>
    <${Progress} run=${running} last=${runs.data?.runs[0]} jobs=${jobs.data?.jobs ?? []} />
    <${Switch} change=${change.data?.switch} />
    <${Proposals} />
    <${Loaded} of=${models}>
      ${(data) => html`
        <ol class="timeline" aria-label="Versions, the newest first">
          ${data.models.map((model) => html`<${Version} key=${model.version} model=${model} network=${network} onPromote=${() => setChosen(model)} />`)}
        </ol>`}
    <//>
    ${chosen && html`
      <${Dialog} title=${`Put version ${chosen.version} back?`} onClose=${() => setChosen(null)}>
        <p>It replaces the live version in every worker within seconds. All pictures are re-tagged in the background; what people decided stays.</p>
        <div class="dialog-actions">
          <button class="button" onClick=${() => setChosen(null)}>Cancel</button>
          <button class="button primary" onClick=${putBack}>Make it live</button>
        </div>
      <//>`}
  `;
}
