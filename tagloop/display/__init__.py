"""Answers of the API as tables and progress bars."""
