"""The API for the vocabulary and for owners' profiles."""
