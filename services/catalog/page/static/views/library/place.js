// The position in the list of pictures.
import { useEffect } from "../../core/html.js";

const MAX_FRAMES = 20;

// Scroll as soon as the document is long enough for it.
export function scrollWhenTall(top, tries = MAX_FRAMES) {
  window.scrollTo(0, top);
  if (window.scrollY < top - 1 && tries) requestAnimationFrame(() => scrollWhenTall(top, tries - 1));
}

// Back returns to the position in the list; a reload starts at the top.
export function usePlace(list) {
  useEffect(() => {
    // The listeners outlive the view by a moment, when the position is already the next view's.
    const note = () => {
      if (document.querySelector(".library")) list.scrollTop = window.scrollY;
    };
    window.addEventListener("wheel", note, { passive: true });
    window.addEventListener("touchmove", note, { passive: true });
    window.addEventListener("scrollend", note);
    return () => {
      window.removeEventListener("wheel", note);
      window.removeEventListener("touchmove", note);
      window.removeEventListener("scrollend", note);
    };
  }, [list]);
}
