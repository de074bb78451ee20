"""Learn from corrections and hashtags. Imports torch, so only the trainer may import this."""
