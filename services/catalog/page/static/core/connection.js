// Whether the server answers. A request without a response starts polling.
import { createStore } from "./store.js";

const MIN_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 8000;

// restored: how often the connection has come back; views then load again.
export const connection = createStore({ lost: false, restored: 0 });

export function noteLost() {
  if (connection.get().lost) return;
  connection.set({ lost: true });
  lookAgain(MIN_PAUSE_MS);
}

export function noteAnswer() {
  if (!connection.get().lost) return;
  connection.set({ lost: false, restored: connection.get().restored + 1 });
}

async function lookAgain(pause) {
  await new Promise((resolve) => setTimeout(resolve, pause));
  if (!connection.get().lost) return;
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (answer.ok) return noteAnswer();
  } catch {
    // The server still does not answer.
  }
  lookAgain(Math.min(pause * 1.6, MAX_PAUSE_MS));
}

export function watchConnection() {
  window.addEventListener("offline", noteLost);
}
