// Load the page. A module that did not arrive cannot be asked for again, but a reload can.
const PAUSE_MS = 2000;

import("./app.js").catch((error) => {
  console.warn("The page did not load:", error.message);
  document.getElementById("app").textContent = "Tagloop could not be loaded. Trying again…";
  setTimeout(() => window.location.reload(), PAUSE_MS);
});
