// Accept files and folders that are dropped anywhere on the page, pasted or chosen.
import { html, useLayoutEffect, useRef, useState } from "../../core/html.js";
import { Icon } from "../../parts/icon.js";
import { showError } from "../../parts/toasts.js";
import { filesOf, hasFiles } from "./files.js";
import { addFiles } from "./queue.js";

// Ask the browser for files to add.
export function chooseFiles() {
  document.getElementById("add-files").click();
}

export function DropZone() {
  const [isOver, setOver] = useState(false);
  const depth = useRef(0);
  useLayoutEffect(() => {
    const take = (transfer) => filesOf(transfer).then(addFiles, showError);
    const reset = () => {
      depth.current = 0;
      setOver(false);
    };
    const listeners = {
      dragenter: (event) => {
        if (!hasFiles(event.dataTransfer)) return;
        depth.current += 1;
        setOver(true);
      },
      dragleave: () => {
        depth.current = Math.max(0, depth.current - 1);
        if (!depth.current) setOver(false);
      },
      dragover: (event) => hasFiles(event.dataTransfer) && event.preventDefault(),
      drop: (event) => {
        if (!hasFiles(event.dataTransfer)) return;
        event.preventDefault();
        reset();
        take(event.dataTransfer);
      },
      paste: (event) => hasFiles(event.clipboardData) && take(event.clipboardData),
    };
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
    };
  }, []);
  const choose = (event) => {
    addFiles([...event.currentTarget.files]);
    event.currentTarget.value = "";
  };
  return html`
    <input id="add-files" hidden type="file" multiple accept="image/*,.heic,.avif" onChange=${choose} />
    ${isOver && html`
      <div class="drop-over"><div class="drop-card"><${Icon} name="upload" size="32" /><strong>Drop to add</strong><span>Files and folders</span></div></div>
    `}
  `;
}
