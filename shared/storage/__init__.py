"""Files outside of Postgres: originals, heads and thumbnails, and their names."""
