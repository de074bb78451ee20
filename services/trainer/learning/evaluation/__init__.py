"""Measure a candidate on held-out images, and decide whether it passes the gate."""
