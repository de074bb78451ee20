"""What it costs to look at the header of a hostile picture."""
