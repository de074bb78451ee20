// Numbers, dates and sizes as people write them.
const COUNT = new Intl.NumberFormat("en");
const DAY = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const DAY_OF_YEAR = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric" });
const DATE = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export function count(number) {
  return COUNT.format(number ?? 0);
}

export function countOf(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

export function percent(share, digits = 0) {
  return `${(share * 100).toFixed(digits)}\u202f%`;
}

export function moment(text) {
  return text ? MOMENT.format(new Date(text)) : "";
}

export function date(text) {
  return DATE.format(new Date(text));
}

export function day(text) {
  const then = new Date(text);
  const now = new Date();
  const days = Math.round((startOfDay(now) - startOfDay(then)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return then.getFullYear() === now.getFullYear() ? DAY.format(then) : DAY_OF_YEAR.format(then);
}

export function ago(text) {
  const seconds = Math.max(0, (Date.now() - new Date(text)) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${countOf(Math.floor(seconds / 3600), "hour")} ago`;
  return day(text);
}

export function duration(seconds) {
  if (seconds < 1) return "under a second";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

export function megapixels(width, height) {
  const value = (width * height) / 1e6;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} MP`;
}

// How sure the model is, in a word.
export function sureness(confidence) {
  if (confidence >= 0.85) return "sure";
  return confidence >= 0.6 ? "likely" : "guess";
}

function startOfDay(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
}
