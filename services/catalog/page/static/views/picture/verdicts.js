// The last verdicts: for each tag, the last one of each user.

// corrections: the newest first. Returns a Map from slug to [{name, user, verdict, at}].
export function lastVerdicts(corrections) {
  const verdicts = new Map();
  const seen = new Set();
  for (const { tag, name, user, verdict, created_at: at } of corrections) {
    const key = JSON.stringify([tag, user]);
    if (seen.has(key)) continue;
    seen.add(key);
    if (verdict === "undo") continue;
    verdicts.set(tag, [...(verdicts.get(tag) ?? []), { name, user, verdict, at }]);
  }
  return verdicts;
}

export function nameOf(user) {
  return user || "someone";
}
