"""Ends the launcher's children when the launcher itself is killed.

Runs as a process of its own: `python -m devtools.watchdog`. Standard input carries `+PID SIGNAL`
when a child starts and `-PID` when it is gone; the end of input with children left means that the
launcher died. It holds the folder's lock as long as it lives, so that no second launcher starts
on the same folder meanwhile.
"""

import signal
import sys
from collections.abc import Iterable

from devtools.processes import is_alive, signal_each, signal_group, wait_until

GRACE_SECONDS = 6.0


def children_left(lines: Iterable[str]) -> dict[int, int]:
    """Follow the launcher's reports to their end; return the children that remain."""
    left: dict[int, int] = {}
    for line in lines:
        words = line.split()
        pid = int(words[0][1:])
        if words[0].startswith("+"):
            left[pid] = int(words[1])
        else:
            left.pop(pid, None)
    return left


def end_children(children: dict[int, int]) -> None:
    """Ask each child to end in its own way, then kill what remains of its group."""
    for pid, number in children.items():
        signal_each([pid], number)
    wait_until(lambda: not any(map(is_alive, children)), GRACE_SECONDS)
    for pid in children:
        signal_group(pid, signal.SIGKILL)


def main() -> None:
    """Watch until the launcher is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end_children(children_left(sys.stdin))


if __name__ == "__main__":
    main()
