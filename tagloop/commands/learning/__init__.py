"""Commands that train: versions, runs, and another network."""
