"""A folder of pictures into Tagloop: found, hashed, sent and watched until they are tagged."""
