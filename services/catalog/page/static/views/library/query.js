// The query as text, and the filters that the filter form knows in it. What the form cannot show, it
// leaves as it was typed.

const TOKEN = /-?\([^)]*\)|-?(?:[a-z_]+:)?"[^"]*"?|\S+/g;
const FILTERS = ["owner", "theme", "after", "before", "status", "source"];
const CONFIDENCE = /^confidence>=?([0-9.]+)$/;
const ONE_WORD = /^(?!or$)[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/iu;

// all, any, none: names of tags. text: what else was typed.
export function parseQuery(query) {
  const filters = { all: [], any: [], none: [], owner: "", theme: "", after: "", before: "", status: "", source: "", confidence: "" };
  const rest = [];
  const tokens = query.match(TOKEN) ?? [];
  // Tags keep their side of a | or an or outside brackets.
  const isSplit = splitsLine(tokens);
  for (const [place, token] of tokens.entries()) {
    const colon = token.indexOf(":");
    const name = token.slice(0, colon);
    const value = unquote(token.slice(colon + 1));
    const confidence = CONFIDENCE.exec(token);
    const excluded = excludedName(token, tokens[place + 1]);
    const alternatives = readAlternatives(token);
    if (FILTERS.includes(name) && value && !filters[name]) filters[name] = value;
    else if (confidence && !filters.confidence) filters.confidence = confidence[1];
    else if (isSplit) rest.push(token);
    else if (token.startsWith('"') && unquote(token)) filters.all.push(unquote(token));
    else if (excluded) filters.none.push(excluded);
    else if (alternatives.length && !filters.any.length) filters.any = alternatives;
    else rest.push(token);
  }
  return { ...filters, text: rest.join(" ") };
}

export function writeQuery(filters) {
  const tags = filters.all.map((name) => `"${clean(name)}"`);
  if (filters.any.length) tags.push(`(${filters.any.map(quote).join("|")})`);
  tags.push(...filters.none.map((name) => `-${quote(name)}`));
  const isOneSide = tags.length && splitsLine(filters.text.match(TOKEN) ?? []);
  const parts = [isOneSide ? `(${filters.text})` : filters.text, ...tags];
  for (const name of FILTERS) if (filters[name]) parts.push(`${name}:${quote(filters[name])}`);
  if (filters.confidence) parts.push(`confidence>${filters.confidence}`);
  return parts.filter(Boolean).join(" ");
}

export function countFilters(query) {
  const { all, any, none, text: _, ...rest } = parseQuery(query);
  return all.length + (any.length ? 1 : 0) + none.length + Object.values(rest).filter(Boolean).length;
}

export function quote(text) {
  return ONE_WORD.test(text) ? text : `"${clean(text)}"`;
}

function splitsLine(tokens) {
  return tokens.some((token) => isOr(token) || (!/^-?[("]/.test(token) && token.includes("|")));
}

function isOr(token) {
  return token === "|" || /^or$/i.test(token);
}

// The name after a minus, if it is one: in -polar bear, both words belong to the minus.
function excludedName(token, next) {
  const name = token.startsWith("-") ? token.slice(1) : "";
  if (name.startsWith('"')) return unquote(name);
  return ONE_WORD.test(name) && !ONE_WORD.test(next ?? "") ? name : "";
}

// The names in brackets; none if a side is more than a name: a quoted one, or one word.
function readAlternatives(token) {
  if (!/^\(.*\)$/.test(token)) return [];
  const inside = token.slice(1, -1).match(/"[^"]*"|\||[^\s|]+/g) ?? [];
  const isName = (part) => part.startsWith('"') || ONE_WORD.test(part);
  const isPlain = inside.length % 2 === 1 && inside.every((part, place) => (place % 2 ? isOr(part) : isName(part)));
  return isPlain ? inside.filter((_, place) => place % 2 === 0).map(unquote) : [];
}

function unquote(text) {
  return text.replace(/^"|"$/g, "");
}

// The query language has no way to write a quotation mark inside quotation marks.
function clean(text) {
  return text.replaceAll('"', "");
}
