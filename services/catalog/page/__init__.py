"""The web page: its files, and the script that updates its vendored libraries."""
