"""Speed of the web page with many pictures."""
