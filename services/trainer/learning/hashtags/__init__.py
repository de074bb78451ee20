"""Learn from uploaders' hashtags: weak labels that must never do harm."""
