// What people said last: for each tag the last word of each user.

// said: corrections, the newest first. Returns a Map from slug to [{name, user, verdict, at}].
export function lastWords(said) {
  const words = new Map();
  const seen = new Set();
  for (const { tag, name, user, verdict, created_at: at } of said) {
    const key = JSON.stringify([tag, user]);
    if (seen.has(key)) continue;
    seen.add(key);
    if (verdict === "undo") continue;
    words.set(tag, [...(words.get(tag) ?? []), { name, user, verdict, at }]);
  }
  return words;
}

export function nameOf(user) {
  return user || "someone";
}
