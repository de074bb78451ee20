"""What it takes to run Tagloop somewhere else than on one machine."""
