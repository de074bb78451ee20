// Upload any number of files, a few at a time.
import { connection } from "../../core/connection.js";
import { sendFile } from "../../core/api/upload.js";
import { session } from "../../core/session.js";
import { createStore } from "../../core/store.js";

const AT_ONCE = 4;
const TELL_MS = 100;
const MAX_PREVIEWS = 200;
const MAX_PROBLEMS_KEPT = 1000;

// arrived: how many pictures the server has accepted since the page was opened. active: {file name,
// progress 0 to 1}. problems: {name, reason}.
const EMPTY = { total: 0, done: 0, known: 0, refused: 0, problems: [], active: [], arrived: 0, paused: false };
export const uploads = createStore(EMPTY);

const waiting = [];
const active = new Set();
const previews = new Map();
let counts = { ...EMPTY };
let timer = null;

export function addFiles(files) {
  if (!files.length) return;
  if (!isBusy()) counts = { ...EMPTY, arrived: counts.arrived, problems: [] };
  for (const file of files) waiting.push(file);
  counts.total += files.length;
  tell();
  start();
}

export function stopUploads() {
  counts.total -= waiting.length;
  waiting.length = 0;
  for (const job of active) job.stop.abort();
  tell();
}

export function clearUploads() {
  counts = { ...EMPTY, arrived: counts.arrived };
  tell();
}

// The address of a picture in this browser, for as long as the server has no thumbnail of it.
export function previewOf(id) {
  return previews.get(id);
}

function isBusy() {
  return waiting.length > 0 || active.size > 0;
}

function start() {
  while (active.size < AT_ONCE && waiting.length) run(waiting.shift());
}

async function run(file) {
  const job = { name: file.name, progress: 0, stop: new AbortController() };
  active.add(job);
  tell();
  try {
    const answer = await sendUntilAnswered(file, job);
    note(file, answer);
  } catch (error) {
    if (error.name === "AbortError") counts.total -= 1;
    else noteProblem(file, error.message);
  }
  active.delete(job);
  tell();
  start();
}

// A server that is full or does not answer is tried again, so no file is lost.
async function sendUntilAnswered(file, job) {
  for (;;) {
    await canSend(job.stop.signal);
    try {
      const answer = await sendFile(file, {
        owner: session.get().owner ?? "",
        signal: job.stop.signal,
        onProgress: (progress) => {
          job.progress = progress;
          tell();
        },
      });
      if (![401, 429, 503].includes(answer.status)) return answer;
      if (answer.status !== 401) await pause(answer.retryAfter * 1000, job.stop.signal);
    } catch (error) {
      if (error.status !== 0) throw error;
      // A file that was moved or changed meanwhile fails at once, without the server's fault.
      await file.slice(0, 1).arrayBuffer();
      await pause(1000, job.stop.signal);
    }
    job.progress = 0;
  }
}

async function canSend(signal) {
  while (connection.get().lost || !session.get().signed_in) {
    counts.paused = true;
    tell();
    await pause(500, signal);
  }
  counts.paused = false;
}

function note(file, { status, document }) {
  if (status === 200 || status === 202) {
    counts.done += 1;
    if (status === 200) counts.known += 1;
    counts.arrived += 1;
    keepPreview(document.id, file);
  } else {
    noteProblem(file, document.detail ?? `The server answered ${status}.`);
  }
}

function noteProblem(file, reason) {
  counts.refused += 1;
  if (counts.problems.length < MAX_PROBLEMS_KEPT) counts.problems = [...counts.problems, { name: file.name, reason }];
}

function keepPreview(id, file) {
  if (previews.has(id)) return;
  previews.set(id, URL.createObjectURL(file));
  if (previews.size <= MAX_PREVIEWS) return;
  const [oldest, url] = previews.entries().next().value;
  URL.revokeObjectURL(url);
  previews.delete(oldest);
}

// Combine many events into few renderings.
function tell() {
  timer ??= setTimeout(() => {
    timer = null;
    const now = [...active].map(({ name, progress }) => ({ name, progress }));
    uploads.set(() => ({ ...counts, active: now }));
  }, TELL_MS);
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new DOMException("Stopped", "AbortError"));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    return setTimeout(resolve, milliseconds);
  });
}
