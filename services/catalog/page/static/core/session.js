// Who is signed in. Without keys everyone on this machine is.
import { createStore } from "./store.js";
import { request } from "./api/request.js";

const OPEN = { auth: false, signed_in: true, owner: null, scopes: [], csrf: null };

const RETRY_MS = 2000;

// ended: a request was refused because the session is over; the sign-in covers the view.
export const session = createStore({ ...OPEN, loaded: false, ended: false });

export async function loadSession() {
  try {
    session.set({ ...(await request("GET", "/v1/session")), loaded: true });
  } catch {
    // The server does not answer; the banner says so, and polling goes on.
    setTimeout(loadSession, RETRY_MS);
  }
}

export async function signIn(key) {
  const answer = await request("POST", "/v1/session", { body: { key } });
  session.set({ ...answer, loaded: true, ended: false });
}

export async function signOut() {
  await request("DELETE", "/v1/session");
  session.set({ auth: true, signed_in: false, owner: null, scopes: [], csrf: null, ended: false });
}

// Whether the key permits something: "read", "feedback", "ingest" or "admin".
export function may(scope) {
  const { auth, scopes } = session.get();
  return !auth || scopes.includes(scope) || scopes.includes("admin");
}

const NEEDS = { review: "feedback", teach: "feedback" };

// The scope that a view needs and the key lacks. Models concern all owners, so "unbound" is lacking
// for a key that is bound to one. Otherwise null.
export function lacking(view) {
  const scope = NEEDS[view] ?? "read";
  if (!may(scope)) return scope;
  return view === "models" && session.get().owner ? "unbound" : null;
}
