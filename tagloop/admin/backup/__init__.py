"""Everything that a Tagloop knows, in a folder, and back: database, originals, heads, keys."""
