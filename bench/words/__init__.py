"""What the everyday words cost the worker."""
