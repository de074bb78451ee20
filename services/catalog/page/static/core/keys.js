// Keyboard shortcuts of a view, ignored while the user types.
import { useLayoutEffect, useRef } from "./html.js";

export function isTyping(target) {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !/^(checkbox|radio|range|button)$/.test(target.type ?? "")
  );
}

// handlers: by event.key, as ArrowRight or y; the handler gets the event. A layout effect listens before
// the view is painted: a key pressed as soon as the view is seen would be lost to a later effect.
export function useKeys(handlers) {
  const current = useRef(handlers);
  current.current = handlers;
  useLayoutEffect(() => {
    const listen = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const handler = current.current[event.key];
      if (!handler) return;
      event.preventDefault();
      handler(event);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
