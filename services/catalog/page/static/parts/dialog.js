// A modal dialog: the browser keeps the focus inside, and restores it at the end.
import { html, useLayoutEffect, useRef } from "../core/html.js";
import { Icon } from "./icon.js";

export function Dialog({ title, onClose, children, className = "" }) {
  const element = useRef(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      before?.focus({ preventScroll: true });
    };
  }, []);
  const onCancel = (event) => {
    event.preventDefault();
    onClose?.();
  };
  const onClick = (event) => event.target === element.current && onClose?.();
  return html`
    <dialog ref=${element} class=${`dialog ${className}`} aria-label=${title} onCancel=${onCancel} onClick=${onClick}>
      <div class="dialog-body">
        <header class="dialog-head">
          <h2>${title}</h2>
          ${onClose &&
          html`<button class="icon-button" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button>`}
        </header>
        ${children}
      </div>
    </dialog>
  `;
}
