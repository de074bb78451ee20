"""The error of the benchmark."""


class BenchError(Exception):
    """The benchmark cannot go on; the message says why and what to do."""
