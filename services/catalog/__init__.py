"""The read side: images, their tags, their files, the vocabulary."""
