"""Everyday words: their shipped classifiers, and how they join a model."""
