"""The API for endpoints and their deliveries."""
