"""Says on which machine a figure was measured: figures differ from machine to machine, ratios hold."""

import os
import platform
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types


def machine() -> str:
    """One line: processor, cores, memory, load, kernel, Python."""
    memory = psutil.virtual_memory()
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory.total / 2**30:.0f} GiB, load {load:.1f} before the run, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
