"""Measuring a candidate on held-out images, and the gate that it must pass."""
