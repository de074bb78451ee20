"""Export and import people's decisions as CSV, JSON lines or COCO."""
