"""Which tags are held back unless a deployment says otherwise."""

# What networks have called people, to their hurt; each stands for all that is narrower as well.
# docs/security.md says how to choose others.
STARTING_LIST = frozenset({"ape", "monkey"})
