"""How fast pictures are answered through another vendor's API."""
