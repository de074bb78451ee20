"""Quality of the learning loop, measured through the API of a running stack."""
