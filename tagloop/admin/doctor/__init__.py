"""`tagloop doctor`: check that every part that Tagloop depends on is there and works."""
