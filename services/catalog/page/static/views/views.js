// Which module shows which address: the first part of the path names the view. A view is loaded when
// it is opened, so that the first screen waits for nothing else.
import { connection, noteLost } from "../core/connection.js";
import { html, useEffect, useState } from "../core/html.js";
import { lacking } from "../core/session.js";
import { useStore } from "../core/store.js";
import { EmptyState, ErrorState, Loading } from "../parts/states.js";

const LOADERS = {
  "": () => import("./library/library.js").then((module) => module.Library),
  themes: () => import("./themes/themes.js").then((module) => module.Themes),
  pictures: () => import("./picture/picture.js").then((module) => module.Picture),
  review: () => import("./review/review.js").then((module) => module.Review),
  dial: () => import("./dial/dial.js").then((module) => module.Dial),
  teach: () => import("./teach/teach.js").then((module) => module.Teach),
  models: () => import("./models/models.js").then((module) => module.Models),
  status: () => import("./status/status.js").then((module) => module.Status),
  owners: () => import("./owners/owners.js").then((module) => module.Owners),
};
LOADERS["sign-in"] = LOADERS[""];

export const TITLES = {
  "": "Library",
  themes: "Themes",
  pictures: "Picture",
  review: "Review",
  dial: "Precision",
  teach: "Teach",
  models: "Models",
  status: "Status",
  owners: "Owners",
};

const NO_ANSWER = { status: 0, message: "This view opens when Tagloop answers again." };

const loaded = {};

async function load(name) {
  loaded[name] ??= await LOADERS[name]();
  return loaded[name];
}

// The view of the first address, while the session is asked for.
export function loadFirst(name) {
  if (Object.hasOwn(LOADERS, name)) load(name).catch(() => {});
}

// The other views, once there is time: then they open at once, and without a connection.
export function loadAll() {
  for (const name of Object.keys(LOADERS)) load(name).catch(() => {});
}

const reload = () => window.location.reload();

export function View({ name, ...properties }) {
  const [, setReady] = useState(null);
  const [failedAt, setFailedAt] = useState(null);
  const { restored } = useStore(connection);
  const isKnown = Object.hasOwn(LOADERS, name);
  useEffect(() => {
    setFailedAt(null);
    if (!isKnown) return;
    const onFailure = () => {
      noteLost();
      setFailedAt(connection.get().restored);
    };
    load(name).then(() => setReady(name), onFailure);
  }, [name]);
  // A module that did not arrive cannot be asked for again, but the page can.
  const isBack = failedAt !== null && restored > failedAt;
  useEffect(() => {
    if (isBack) reload();
  }, [isBack]);
  if (!isKnown) return html`<${NotFound} />`;
  if (lacking(name)) return html`<${NotForKey} lacks=${lacking(name)} />`;
  if (loaded[name]) return html`<${loaded[name]} ...${properties} />`;
  if (failedAt !== null) return html`<${ErrorState} error=${NO_ANSWER} onRetry=${reload} />`;
  return html`<${Loading} />`;
}

function NotFound() {
  return html`
    <${EmptyState} icon="info" title="There is nothing at this address">
      <p>It may be misspelled, or what was here is gone.</p>
      <p><a href="/">Go to the library</a></p>
    <//>
  `;
}

function NotForKey({ lacks }) {
  const why = lacks === "unbound" ? "It concerns the pictures of all owners, and your key is for one owner’s." : html`It needs a key with the scope <code>${lacks}</code>.`;
  return html`<${EmptyState} icon="key" title="Your key does not open this view"><p>${why} An administrator can make one.</p><//>`;
}
