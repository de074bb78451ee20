// Send a request to the API, and turn every failure into an error.
import { noteAnswer, noteLost } from "../connection.js";
import { session } from "../session.js";

// status: the HTTP status, 0 without a response. problem: the problem document, if there is one.
export class ApiError extends Error {
  constructor(status, message, problem = {}) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

export async function request(method, path, { query, body, signal } = {}) {
  const answer = await send(method, withQuery(path, query), body, signal);
  noteAnswer();
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401 && !(method !== "GET" && path === "/v1/session")) noteEnd();
  throw new ApiError(answer.status, problem.detail ?? `The server answered ${answer.status}.`, problem);
}

export function get(path, query, signal) {
  return request("GET", path, { query, signal });
}

export function post(path, body, signal) {
  return request("POST", path, { body: body ?? {}, signal });
}

// The header of every request that changes something, which pages of other sites cannot send.
export function securityHeaders() {
  const { csrf } = session.get();
  return csrf ? { "X-CSRF-Token": csrf } : {};
}

export function withQuery(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.append(name, value);
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

async function send(method, url, body, signal) {
  const changes = method !== "GET";
  const headers = changes ? securityHeaders() : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(url, {
      method,
      headers,
      signal,
      credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    noteLost();
    throw new ApiError(0, "The server does not answer.");
  }
}

export function noteEnd() {
  session.set((old) => ({ ...old, auth: true, signed_in: false, ended: old.signed_in || old.ended }));
}
