"""Back up everything to a folder and restore it: database, originals, heads, keys."""
