"""`tagloop doctor`: check every part that Tagloop depends on."""
