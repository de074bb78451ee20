"""What requests of other vendors' clients consist of: bodies, JSON with pictures in it, keys."""
