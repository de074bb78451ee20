"""The cost of reading headers of hostile pictures."""
