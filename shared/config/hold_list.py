"""The tags that are held back by default."""

# What networks have called people, to their hurt; each includes all narrower tags.
# docs/operations/security.md says how to choose others.
STARTING_LIST = frozenset({"ape", "monkey"})
