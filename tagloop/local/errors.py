"""Errors of starting and running the stack on one machine.

Each message is one sentence that says what happened and what to do about it.
"""

from shared.errors import TagloopError


class LocalStackError(TagloopError):
    """The stack on this machine cannot start, or cannot continue."""


class DataInUseError(LocalStackError):
    """Another copy of Tagloop holds the data folder."""


class PortInUseError(LocalStackError):
    """Another program listens on the port."""


class MissingProgramError(LocalStackError):
    """A program that the stack needs is not installed."""


class ProcessFailedError(LocalStackError):
    """A child process failed, or keeps failing, and the stack cannot run without it."""
