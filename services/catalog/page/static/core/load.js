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
  const isBusy = useRef(false);
  useEffect(() => {
    const key = JSON.stringify(dependencies);
    if (last.current !== key) setState({ data: null, error: null, loading: true });
    last.current = key;
    const stop = new AbortController();
    const finish = (change) => {
      if (stop.signal.aborted) return;
      isBusy.current = false;
      setState(change);
    };
    isBusy.current = true;
    load(stop.signal).then(
      (data) => finish({ data, error: null, loading: false }),
      (error) => finish((old) => ({ data: old.data, error, loading: false })),
    );
    return () => stop.abort();
  }, [...dependencies, turn, restored, signedIn]);
  const reload = useCallback(() => setTurn((count) => count + 1), []);
  useEffect(() => {
    if (!every) return undefined;
    const timer = setInterval(() => {
      // A server that takes longer than the pause is not asked again before it has answered.
      if (!document.hidden && !connection.get().lost && !isBusy.current) reload();
    }, every);
    return () => clearInterval(timer);
  }, [every, reload]);
  const change = useCallback((edit) => setState((old) => ({ ...old, data: edit(old.data) })), []);
  return { ...state, reload, change };
}
