"""Tagloop from the outside: the command line, the HTTP API as Python calls, and the local stack."""
