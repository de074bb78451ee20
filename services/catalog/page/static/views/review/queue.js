// The pictures to review: a few ahead, so that the next one is there at once.
import { getReview } from "../../core/api/corrections.js";
import { screenUrl } from "../../core/api/images.js";
import { useCallback, useEffect, useRef, useState } from "../../core/html.js";

const AT_ONCE = 10;
const LOW = 4;

export function useReviewQueue(owner) {
  const [items, setItems] = useState([]);
  const [place, setPlace] = useState({ index: 0, position: 0 });
  const [error, setError] = useState(null);
  const [isDone, setDone] = useState(false);
  const isLoading = useRef(false);

  const load = useCallback(async () => {
    if (isLoading.current) return;
    isLoading.current = true;
    setError(null);
    setDone(false);
    try {
      const { images } = await getReview(AT_ONCE, owner);
      setItems((old) => [...old, ...images.filter((item) => item.suggestions.length)]);
      if (!images.length) setDone(true);
    } catch (problem) {
      setError(problem);
    }
    isLoading.current = false;
  }, [owner]);
  useEffect(() => {
    setItems([]);
    setPlace({ index: 0, position: 0 });
    load();
  }, [load]);

  const left = items.length - place.index;
  useEffect(() => {
    if (items.length && left < LOW && !isDone) load();
  }, [left, items.length]);

  const item = items[place.index];
  const next = items[place.index + 1];
  usePrefetched(next);
  const skip = () => item && setPlace({ index: place.index + 1, position: 0 });
  const advance = () => {
    const isLast = place.position + 1 >= item.suggestions.length;
    if (isLast) skip();
    else setPlace({ ...place, position: place.position + 1 });
  };
  return { item, next, position: place.position, error, isDone, load, skip, advance, place: () => place, goTo: setPlace };
}

function usePrefetched(item) {
  useEffect(() => {
    if (!item) return;
    const picture = new Image();
    picture.src = screenUrl(item.image.id);
  }, [item]);
}
