"""Speed of search over many images."""
