// The query as text, and the filters that the filter form knows in it.

const TOKEN = /-?\([^)]*\)|-?(?:[a-z_]+:)?"[^"]*"?|\S+/g;
const FILTERS = ["owner", "theme", "after", "before", "status", "source"];
const CONFIDENCE = /^confidence>=?([0-9.]+)$/;

// all, any, none: names of tags. text: what else was typed, as it was.
export function parseQuery(query) {
  const filters = { all: [], any: [], none: [], owner: "", theme: "", after: "", before: "", status: "", source: "", confidence: "" };
  const rest = [];
  const tokens = query.match(TOKEN) ?? [];
  // Tags keep their side of a | or an or outside brackets.
  const isSplit = tokens.some((token) => /^or$/i.test(token) || (!/^-?[("]/.test(token) && token.includes("|")));
  for (const token of tokens) {
    const colon = token.indexOf(":");
    const name = token.slice(0, colon);
    const confidence = CONFIDENCE.exec(token);
    if (colon > 0 && FILTERS.includes(name)) filters[name] = unquote(token.slice(colon + 1));
    else if (confidence) filters.confidence = confidence[1];
    else if (isSplit) rest.push(token);
    else if (token.startsWith('"')) filters.all.push(unquote(token));
    else if (token.startsWith("-") && token.length > 1 && token[1] !== "(") filters.none.push(unquote(token.slice(1)));
    else if (token.startsWith("(") && token.endsWith(")")) filters.any.push(...split(token));
    else rest.push(token);
  }
  return { ...filters, text: rest.join(" ") };
}

export function writeQuery(filters) {
  const parts = [filters.text, ...filters.all.map((name) => `"${clean(name)}"`)];
  if (filters.any.length) parts.push(`(${filters.any.map(quote).join("|")})`);
  parts.push(...filters.none.map((name) => `-${quote(name)}`));
  for (const name of FILTERS) if (filters[name]) parts.push(`${name}:${quote(filters[name])}`);
  if (filters.confidence) parts.push(`confidence>${filters.confidence}`);
  return parts.filter(Boolean).join(" ");
}

export function countFilters(query) {
  const { all, any, none, text: _, ...rest } = parseQuery(query);
  return all.length + (any.length ? 1 : 0) + none.length + Object.values(rest).filter(Boolean).length;
}

export function quote(text) {
  return /^(?!or$)[\p{L}\p{N}_.:-]+$/iu.test(text) ? text : `"${clean(text)}"`;
}

function unquote(text) {
  return text.replace(/^"|"$/g, "");
}

// The query language has no way to write a quotation mark inside quotation marks.
function clean(text) {
  return text.replaceAll('"', "");
}

function split(group) {
  return group
    .slice(1, -1)
    .split("|")
    .map((name) => unquote(name.trim()))
    .filter(Boolean);
}
