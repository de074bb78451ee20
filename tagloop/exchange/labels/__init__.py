"""Export and import people's decisions as CSV."""
