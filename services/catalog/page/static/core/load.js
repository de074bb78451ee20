// Load something for a component, and again when the connection or the session comes back.
import { useCallback, useEffect, useRef, useState } from "./html.js";
import { connection } from "./connection.js";
import { session } from "./session.js";
import { useStore } from "./store.js";

// load: (signal) => promise. every: milliseconds between repetitions while the tab is visible.
export function useLoad(load, dependencies, { every = 0 } = {}) {
  const [state, setState] = useState({ data: null, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  const { restored } = useStore(connection);
  const { signed_in: signedIn } = useStore(session);
  const last = useRef(null);
  useEffect(() => {
    const key = JSON.stringify(dependencies);
    if (last.current !== key) setState({ data: null, error: null, loading: true });
    last.current = key;
    const stop = new AbortController();
    load(stop.signal).then(
      (data) => !stop.signal.aborted && setState({ data, error: null, loading: false }),
      (error) =>
        !stop.signal.aborted && setState((old) => ({ data: old.data, error, loading: false })),
    );
    return () => stop.abort();
  }, [...dependencies, turn, restored, signedIn]);
  const reload = useCallback(() => setTurn((count) => count + 1), []);
  useEffect(() => {
    if (!every) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden && !connection.get().lost) reload();
    }, every);
    return () => clearInterval(timer);
  }, [every, reload]);
  const change = useCallback((edit) => setState((old) => ({ ...old, data: edit(old.data) })), []);
  return { ...state, reload, change };
}
