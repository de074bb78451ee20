"""How much each contributor's vote counts."""
