"""Fitting the classifiers of learned tags."""
