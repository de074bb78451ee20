"""The processor of this machine and the instructions that matter for networks."""

import platform
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
# Linux' names, from the newest instructions to the oldest.
INSTRUCTIONS = {
    "amx_tile": "AMX",
    "avx512_bf16": "AVX-512 BF16",
    "avx512_vnni": "AVX-512 VNNI",
    "avx512f": "AVX-512",
    "avx_vnni": "AVX-VNNI",
    "avx2": "AVX2",
    "asimddp": "NEON dot product",
    "i8mm": "NEON int8",
}
VNNI = frozenset({"AMX", "AVX-512 VNNI", "AVX-VNNI"})


def processor_name() -> str:
    """Return the name of the processor."""
    return _line("model name") or platform.machine()


def instruction_sets() -> tuple[str, ...]:
    """Return the instruction sets of the processor that speed up networks."""
    flags = set((_line("flags") or _line("Features")).split())
    return tuple(name for flag, name in INSTRUCTIONS.items() if flag in flags)


def has_vnni() -> bool:
    """Return whether the processor adds products of 8-bit integers in 32 bits."""
    return not VNNI.isdisjoint(instruction_sets())


def describe_processor() -> str:
    """Return the name and the instruction sets; the same for two machines of one kind."""
    return f"{processor_name()} ({', '.join(instruction_sets()) or 'no vector instructions known'})"


def _line(name: str) -> str:
    """Return the first processor's entry of this name, or an empty text."""
    lines = CPU_INFO.read_text().splitlines() if CPU_INFO.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
