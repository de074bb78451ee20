"""Parts of a request: its body, its cursor, and the images and tags that it names."""
