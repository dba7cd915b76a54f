"""Processes and their groups: who is alive, and an end that is bounded."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

POLL_SECONDS = 0.1


def is_alive(pid: int) -> bool:
    """Tell whether the process exists and is not a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
    except PermissionError:
        return True


def signal_group(leader: int, number: int) -> None:
    """Send a signal to a process group; one that is gone is fine."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def signal_each(pids: Iterable[int], number: int) -> None:
    """Send a signal to processes; those that are gone are fine."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds; tell whether it did within the time."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(POLL_SECONDS)
    return True


def processes_in(folder: Path, program: str) -> list[int]:
    """Return the processes of a program that work in this folder (none where there is no /proc).

    PostgreSQL's backends leave their postmaster's session, so its group does not find them; all
    of them work in the folder of the data.
    """
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            runs = (entry / "exe").readlink().name.removesuffix(" (deleted)")
            if runs == program and (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
    return found


def processes_with(name: str, value: str) -> list[int]:
    """Return the other processes that were started with this variable in their environment."""
    wanted = f"{name}={value}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


def end_processes(find: Callable[[], list[int]], seconds: float = 5.0) -> None:
    """Kill what the search finds and wait until it finds nothing; bounded."""
    signal_each(find(), signal.SIGKILL)
    wait_until(lambda: not [pid for pid in find() if is_alive(pid)], seconds)
