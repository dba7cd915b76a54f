"""One launcher per data folder: a lock that the system takes back when its holder dies."""

import fcntl
import os
from pathlib import Path

from devtools.console import LauncherError
from devtools.processes import is_alive, wait_until

LOCK = "launcher.lock"
WAIT_SECONDS = 12.0  # longer than the watchdog needs to end what a killed launcher left


def take_lock(path: Path) -> int | None:
    """Take a lock for as long as this process lives; None when another process has it."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def launcher_pid(data: Path) -> int | None:
    """Return the pid of the `up` that runs on this folder, or None.

    The file names a process only while an `up` holds it; short commands hold it unnamed.
    """
    try:
        pid = int((data / LOCK).read_text() or 0)
    except FileNotFoundError:
        return None
    return pid if pid and is_alive(pid) and is_held(data) else None


def is_held(data: Path) -> bool:
    """Tell whether some process holds the folder."""
    lock = take_lock(data / LOCK)
    if lock is not None:
        os.close(lock)
    return lock is None


def hold(data: Path, seconds: float = WAIT_SECONDS) -> int:
    """Take the folder for this process; returns the lock's descriptor.

    Waits for short commands and for the remains of a launcher that was killed. Raises
    LauncherError at once when an `up` is alive, and after the time when it is still taken.
    """
    taken: list[int] = []

    def try_again() -> bool:
        lock = take_lock(data / LOCK)
        taken.extend([] if lock is None else [lock])
        return bool(taken) or launcher_pid(data) is not None

    wait_until(try_again, seconds)
    if not taken:
        by = launcher_pid(data)
        what = f"./dev up already runs on {data} (process {by})" if by else f"{data} is in use"
        raise LauncherError(f"{what}; `./dev stop --data {data}` ends it, --data names another one")
    os.ftruncate(taken[0], 0)
    return taken[0]


def sign(lock: int) -> None:
    """Write this process's pid into the lock: it is an `up`."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
