"""From the names in a request to tags, and limits on new ones."""
