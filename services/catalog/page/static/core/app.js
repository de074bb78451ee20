// The page: chooses the view for an address, and draws the frame around it.
import { Banner } from "../views/shell/banner.js";
import { DropZone } from "../views/uploads/drop-zone.js";
import { Navigation } from "../views/shell/navigation.js";
import { SignIn } from "../views/shell/sign-in.js";
import { TITLES, View, loadAll, loadFirst } from "../views/views.js";
import { UploadTray } from "../views/uploads/tray.js";
import { ErrorBoundary } from "../parts/error-boundary.js";
import { Loading } from "../parts/states.js";
import { Toasts } from "../parts/toasts.js";
import { watchConnection } from "./connection.js";
import { html, render, useEffect, useRef } from "./html.js";
import { currentPath, startRouter, useLocation } from "./router.js";
import { loadSession, may, session } from "./session.js";
import { useStore } from "./store.js";

function App() {
  const { path } = useLocation();
  const { loaded, signed_in: signedIn, ended } = useStore(session);
  const name = path[1] ?? "";
  useViewChange(name, path.join("/"));
  if (!loaded) return html`<${Loading} label="Loading Tagloop" /><${Banner} />`;
  if (!signedIn && !ended) return html`<${SignIn} /><${Banner} /><${Toasts} />`;
  return html`
    <a class="skip-link" href="#main">Skip to content</a>
    <div class="frame">
      <${Navigation} active=${name} />
      <main id="main" class="main" tabindex="-1">
        <${ErrorBoundary} key=${path.join("/")}><${View} name=${name} arguments=${path.slice(2)} /><//>
      </main>
    </div>
    ${may("ingest") && html`<${DropZone} />`}
    <${UploadTray} />
    <${Banner} />
    <${Toasts} />
    ${ended && html`<${SignIn} isOver />`}
  `;
}

// A new view has a new title, and a screen reader starts at its beginning.
function useViewChange(name, address) {
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = TITLES[name] ? `${TITLES[name]} · Tagloop` : "Tagloop";
    if (!isFirst.current) document.getElementById("main")?.focus({ preventScroll: true });
    isFirst.current = false;
    if (name !== "") window.scrollTo(0, 0);
  }, [address]);
}

// The rest of the page is loaded once the first view is shown.
const LOAD_REST_MS = 2000;

startRouter();
watchConnection();
const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
loadSession();
loadFirst(currentPath()[1]);
window.addEventListener("load", () => setTimeout(loadAll, LOAD_REST_MS));
