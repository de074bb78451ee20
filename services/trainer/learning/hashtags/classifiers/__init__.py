"""Classifiers of words: fitted on weak labels, judged on other owners, mixed with the network."""
