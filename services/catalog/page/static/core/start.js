// Load the page. A browser requests a failed module again only after a reload.
const PAUSE_MS = 2000;

import("./app.js").catch((error) => {
  console.warn("The page did not load:", error.message);
  document.getElementById("app").textContent = "Tagloop could not be loaded. Trying again…";
  setTimeout(() => window.location.reload(), PAUSE_MS);
});
