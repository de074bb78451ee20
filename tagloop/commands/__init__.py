"""The commands, by subject. Each imports only what it needs, so that all of them start quickly."""
