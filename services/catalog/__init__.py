"""The catalog service: images, their tags and files, search, the vocabulary."""
