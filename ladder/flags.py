"""What an admin should look at in a ladder that is allowed as it is: pure."""

from collections.abc import Iterable

from ladder.durations import parse_window

SHORT_WINDOWS = "short_windows"
FLAGS = (SHORT_WINDOWS,)
# Nobody answers within less; such ladders are for trying things out.
SHORTEST = 60


def flags_of(windows: Iterable[str]) -> list[str]:
    """Return what is to be said of a ladder whose levels have these windows."""
    found = (parse_window(window) for window in windows)
    short = any(not window.in_days and window.seconds < SHORTEST for window in found)
    return [SHORT_WINDOWS] if short else []
