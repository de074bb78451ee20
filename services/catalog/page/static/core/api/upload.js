// Send one file with progress, which fetch does not report for uploads.
import { noteAnswer, noteLost } from "../connection.js";
import { ApiError, noteEnd, securityHeaders } from "./request.js";

// Resolves with {status, document, retryAfter} for any response. Rejects without one.
export function sendFile(file, { owner = "", onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const exchange = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    if (owner) form.append("owner", owner);
    exchange.open("POST", "/v1/images");
    for (const [name, value] of Object.entries(securityHeaders())) {
      exchange.setRequestHeader(name, value);
    }
    exchange.responseType = "json";
    exchange.upload.onprogress = (event) => onProgress(event.loaded / Math.max(event.total, 1));
    exchange.onload = () => {
      noteAnswer();
      if (exchange.status === 401) noteEnd();
      const retryAfter = Number(exchange.getResponseHeader("Retry-After")) || 2;
      resolve({ status: exchange.status, document: exchange.response ?? {}, retryAfter });
    };
    exchange.onerror = () => {
      noteLost();
      reject(new ApiError(0, "The server does not answer."));
    };
    exchange.onabort = () => reject(new DOMException("Stopped", "AbortError"));
    signal?.addEventListener("abort", () => exchange.abort());
    exchange.send(form);
  });
}
