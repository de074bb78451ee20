// One picture, large, with everything known about it.
import { deleteImage, getImage, retryImage } from "../../core/api/images.js";
import { getHistory } from "../../core/api/corrections.js";
import { html, useEffect, useState } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { useLoad } from "../../core/load.js";
import { currentPath, navigate, path } from "../../core/router.js";
import { may } from "../../core/session.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icon.js";
import { EmptyState, Loaded } from "../../parts/states.js";
import { showError, showToast } from "../../parts/toasts.js";
import { dropFromLists, neighboursOf } from "../library/pictures.js";
import { Details } from "./details.js";
import { History } from "./history.js";
import { Similar } from "./similar.js";
import { Stack } from "./stack.js";
import { Stage } from "./stage.js";
import { Tags } from "./tags.js";

const QUEUED_MS = 800;

export function Picture({ arguments: [id] }) {
  const [isQueued, setQueued] = useState(false);
  const image = useLoad((signal) => getImage(id, signal), [id], { every: isQueued ? QUEUED_MS : 0 });
  const history = useLoad((signal) => getHistory(id, signal), [id]);
  useEffect(() => setQueued(image.data?.status === "queued"), [image.data]);
  useReloadOnReturn(image, history);
  const { previous, next } = neighboursOf(id);
  // They work while the next picture is still on its way, too.
  useKeys({
    ArrowLeft: () => goTo(neighboursOf(currentPath()[2]).previous),
    ArrowRight: () => goTo(neighboursOf(currentPath()[2]).next),
    Escape: goBack,
    t: () => document.querySelector(".picture-side .combo input")?.focus(),
  });
  if (image.error?.status === 404 && !image.data) return html`<${Gone} />`;
  return html`
    <${Loaded} of=${image}>
      ${(data) => html`<${Shown} key=${id} image=${data} load=${image} history=${history} previous=${previous} next=${next} />`}
    <//>
  `;
}

function goTo(id) {
  if (id) navigate(path("pictures", id), { replace: true });
}

function goBack() {
  if (window.history.length > 1) window.history.back();
  else navigate("/");
}

function Shown({ image, load, history, previous, next }) {
  const title = image.tags[0]?.name ?? image.filename ?? "Picture";
  const onTags = (tags) => {
    load.change((old) => ({ ...old, tags }));
    history.reload();
  };
  return html`
    <article class="picture">
      <h1 class="hidden" dir="auto">${title}</h1>
      <div class="picture-stage">
        <div class="stage-bar">
          <button class="icon-button on-stage" aria-label="Back" title="Back (Esc)" onClick=${goBack}><${Icon} name="left" /></button>
          <span class="grow"></span>
          <${Actions} image=${image} />
        </div>
        <${Stage} image=${image} />
        ${previous && html`<button class="stage-arrow previous" aria-label="Previous picture" title="Previous (←)" onClick=${() => goTo(previous)}><${Icon} name="left" /></button>`}
        ${next && html`<button class="stage-arrow next" aria-label="Next picture" title="Next (→)" onClick=${() => goTo(next)}><${Icon} name="right" /></button>`}
      </div>
      <div class="picture-side">
        <${Outcome} image=${image} onRetried=${load.reload} />
        <${Tags} image=${image} corrections=${history.data?.corrections ?? []} onTags=${onTags} onUndone=${() => { load.reload(); history.reload(); }} />
        <${Details} image=${image} />
        <${History} of=${history} />
        ${image.status === "tagged" && html`<${Stack} id=${image.id} /><${Similar} id=${image.id} />`}
      </div>
    </article>
  `;
}

function Outcome({ image, onRetried }) {
  if (image.status === "queued") {
    return html`<p class="notice" role="status"><span class="spinner small"></span>Waiting for tags. They appear here by themselves.</p>`;
  }
  if (image.status !== "failed") return null;
  const retry = () => retryImage(image.id).then(onRetried, showError);
  return html`
    <div class="notice bad" role="status">
      <${Icon} name="warning" />
      <div><strong>This picture could not be tagged</strong><p dir="auto">${image.error}</p>
        ${may("ingest") && html`<button class="button" onClick=${retry}><${Icon} name="refresh" size="18" />Try again</button>`}</div>
    </div>
  `;
}

function Actions({ image }) {
  const [isDeleting, setDeleting] = useState(false);
  const remove = async () => {
    try {
      const { next, previous } = neighboursOf(image.id);
      await deleteImage(image.id);
      dropFromLists([image.id]);
      showToast("Deleted");
      navigate(next ?? previous ? path("pictures", next ?? previous) : "/", { replace: true });
    } catch (error) {
      showError(error);
    }
    setDeleting(false);
  };
  return html`
    <a class="icon-button on-stage" href=${`${image.url}/file`} download=${image.filename ?? image.id} aria-label="Download the original" title="Download the original"><${Icon} name="download" /></a>
    ${may("admin") && html`<button class="icon-button on-stage" aria-label="Delete" title="Delete" onClick=${() => setDeleting(true)}><${Icon} name="trash" /></button>`}
    ${isDeleting && html`
      <${Dialog} title="Delete this picture?" onClose=${() => setDeleting(false)}>
        <p>The file, its tags and what it taught are deleted. This cannot be undone.</p>
        <div class="dialog-actions">
          <button class="button" onClick=${() => setDeleting(false)}>Keep it</button>
          <button class="button danger" onClick=${remove}>Delete</button>
        </div>
      <//>`}
  `;
}

function Gone() {
  return html`
    <${EmptyState} icon="library" title="This picture does not exist">
      <p>It was deleted, or the address is wrong.</p>
      <p><a href="/">Go to the library</a></p>
    <//>
  `;
}

// Another tab or another person may have corrected it meanwhile.
function useReloadOnReturn(image, history) {
  useEffect(() => {
    const look = () => {
      if (document.hidden) return;
      image.reload();
      history.reload();
    };
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
    };
  }, [image.reload, history.reload]);
}
