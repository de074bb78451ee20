"""The trainer: a process that fine-tunes the head from corrections."""
