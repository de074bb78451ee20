"""From the pictures of a request to their labels and colours."""
