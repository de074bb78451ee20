// Keeps the list of pictures up to date while the library is open.
import { connection } from "../../core/connection.js";
import { useEffect, useState } from "../../core/html.js";
import { useStore } from "../../core/store.js";
import { uploads } from "../uploads/queue.js";

const QUEUE_MS = 1000;
const LOOK_MS = 8000;
const ARRIVED_MS = 150;

// Load the first page, follow waiting pictures, and look for new ones.
export function useKeepUp(list) {
  const { restored } = useStore(connection);
  const { arrived } = useStore(uploads);
  useEffect(() => {
    if (!list.state.get().isLoaded) list.loadMore();
    else list.refreshTop();
  }, [list, restored]);
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    if (arrived) setDue(true);
  }, [list, arrived]);
  // A steady stream of uploads must not delay the look.
  useEffect(() => {
    if (!isDue) return undefined;
    const timer = setTimeout(() => {
      setDue(false);
      list.refreshTop();
    }, ARRIVED_MS);
    return () => clearTimeout(timer);
  }, [list, isDue]);
  useEffect(() => {
    const isIdle = () => document.hidden || connection.get().lost;
    const follow = setInterval(() => !isIdle() && list.followQueued().catch(() => {}), QUEUE_MS);
    const look = setInterval(() => !isIdle() && list.refreshTop(), LOOK_MS);
    return () => {
      clearInterval(follow);
      clearInterval(look);
    };
  }, [list]);
}
