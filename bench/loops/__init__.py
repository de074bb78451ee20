"""Loops that run in a process of their own, without any service, and print what they measured."""
