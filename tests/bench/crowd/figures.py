"""Figures of a bench, and the machine they were taken on."""

import os
import platform
import statistics
from typing import NamedTuple


class Spread(NamedTuple):
    """Least, median and most of the rounds."""

    least: float
    median: float
    most: float


def spread(values: list[float]) -> Spread:
    """Return how values spread."""
    return Spread(min(values), statistics.median(values), max(values))


def share(values: list[float], percent: int) -> float:
    """Return the value that so many percent of the values do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def machine() -> dict[str, object]:
    """Return what the figures depend on, without naming the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "python": platform.python_version(),
    }
