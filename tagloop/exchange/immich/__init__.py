"""A bridge to Immich: new pictures in, tags out, people's changes back."""
