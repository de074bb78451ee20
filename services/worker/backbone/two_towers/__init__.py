"""Networks with a tower for pictures and one for texts, by open_clip."""
