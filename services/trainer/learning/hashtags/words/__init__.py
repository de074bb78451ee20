"""What hashtags mean: a tag, one of several tags, or a word that may become a tag."""
