// Preact and htm as one import: `html` makes elements from tagged templates.
import { Fragment, h, render } from "../vendor/preact.js";
import htm from "../vendor/htm.js";

export { Fragment, render };
export {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "../vendor/hooks.js";
export const html = htm.bind(h);

// Class names from an object: the keys whose values are true.
export function classes(base, flags = {}) {
  const on = Object.keys(flags).filter((name) => flags[name]);
  return [base, ...on].filter(Boolean).join(" ");
}
