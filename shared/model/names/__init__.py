"""Names of tags: how they are compared, what is allowed, and the words of hashtags."""
