// Separate tags from those that are shown only because another tag implies them.

// tags: as in the API, each with the slugs of its parents. Returns {own, implied}; an implied tag
// has `because`: the names of the tags that imply it.
export function splitImplied(tags) {
  const bySlug = new Map(tags.map((tag) => [tag.tag, tag]));
  const because = new Map();
  for (const tag of tags) {
    for (const ancestor of ancestorsOf(tag, bySlug)) {
      because.set(ancestor, [...(because.get(ancestor) ?? []), tag]);
    }
  }
  const own = tags.filter((tag) => !because.has(tag.tag));
  const implied = tags
    .filter((tag) => because.has(tag.tag))
    .map((tag) => ({ ...tag, because: because.get(tag.tag).filter((some) => own.includes(some)).map((some) => some.name) }));
  return { own, implied };
}

function ancestorsOf(tag, bySlug) {
  const found = new Set();
  const next = [...tag.parents];
  while (next.length) {
    const slug = next.pop();
    if (found.has(slug) || slug === tag.tag) continue;
    const parent = bySlug.get(slug);
    if (parent) found.add(slug);
    next.push(...(parent?.parents ?? []));
  }
  return found;
}
