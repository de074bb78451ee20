"""The migrations, one file each in `versions/`, and what runs them."""
