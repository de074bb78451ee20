"""The web page: its files, and the script that updates what it takes from others."""
