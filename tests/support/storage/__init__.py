"""Storages and databases that misbehave on purpose."""
