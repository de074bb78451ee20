// The contributor's name that this browser sends with corrections.
import { createStore } from "./store.js";

const KEY = "tagloop.user";

export const user = createStore({ name: readName() });

export function userName() {
  return user.get().name;
}

export function setUserName(name) {
  const clean = name.trim().slice(0, 200);
  user.set({ name: clean });
  try {
    localStorage.setItem(KEY, clean);
  } catch {
    // A browser that stores nothing asks again next time.
  }
}

function readName() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
