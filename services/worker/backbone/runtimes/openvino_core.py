"""OpenVINO's core: one for the whole life of a process."""

from functools import cache

import openvino


@cache
def openvino_core() -> openvino.Core:
    """Return the only core of this process.

    It is never released. Its CPU plugin gives the thread that loads it an alternate signal stack,
    and frees that stack when the core goes, whether or not another core has come to rely on it:
    the next signal that Python handles would then end the process.
    """
    return openvino.Core()
