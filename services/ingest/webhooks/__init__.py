"""Webhooks from other systems: a module for each sender, one table, then the path of uploads."""
