"""What people decided, in and out as CSV."""
