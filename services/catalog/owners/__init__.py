"""What belongs to one owner: an overview, and an export."""
