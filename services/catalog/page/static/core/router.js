// Addresses: every view has one, links are ordinary links, and Back works.
import { createStore, useStore } from "./store.js";

const location = createStore(read());

function read() {
  const { pathname, search } = window.location;
  return { path: decodePath(pathname), query: new URLSearchParams(search), state: history.state };
}

function decodePath(path) {
  try {
    return path.split("/").map(decodeURIComponent);
  } catch {
    return path.split("/");
  }
}

export function useLocation() {
  return useStore(location);
}

// The parts of the current path, the first one empty. Always current, unlike a component's state.
export function currentPath() {
  return location.get().path;
}

export function navigate(url, { replace = false, state = null } = {}) {
  if (replace) history.replaceState(state, "", url);
  else history.pushState(state, "", url);
  location.set(() => read());
}

// Change parameters of the current address; empty ones are left out.
export function setQuery(changes, options = { replace: false }) {
  const query = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(window.location.pathname + (text ? `?${text}` : ""), options);
}

// The address of a view, its parts encoded: path("pictures", id).
export function path(...parts) {
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

export function startRouter() {
  history.scrollRestoration = "manual";
  window.addEventListener("popstate", () => location.set(() => read()));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !isPlainClick(event) || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (url.origin !== window.location.origin || isElsewhere(url.pathname)) return;
    event.preventDefault();
    navigate(url.pathname + url.search);
  });
}

function isPlainClick(event) {
  const withKey = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return event.button === 0 && !withKey && !event.defaultPrevented;
}

function isElsewhere(pathname) {
  return pathname.startsWith("/v1/") || pathname.startsWith("/docs") || pathname === "/openapi.json";
}
