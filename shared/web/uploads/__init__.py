"""Take uploads in: read them, check and store them, announce them, and wait for their tags."""
