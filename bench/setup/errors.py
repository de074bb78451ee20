"""The error of the benchmark."""


class BenchError(Exception):
    """The benchmark cannot continue; the message says why and what to do."""
