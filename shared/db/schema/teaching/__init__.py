"""Tables of what people teach: corrections, decisions, runs, hashtags."""
