"""`./dev stop`: end the `up` that runs on a data folder."""

import signal
from pathlib import Path

from devtools.console import LauncherError, say
from devtools.locks import launcher_pid
from devtools.processes import is_alive, signal_each, wait_until

PATIENCE_SECONDS = 45.0  # longer than every child's grace together


def stop(data: Path) -> int:
    """Ask the launcher of this folder to end and wait until it has.

    Raises LauncherError when it does not end in time.
    """
    pid = launcher_pid(data)
    if pid is None:
        say(f"nothing runs on {data}")
        return 0
    signal_each([pid], signal.SIGTERM)
    if not wait_until(lambda: not is_alive(pid), PATIENCE_SECONDS):
        raise LauncherError(f"process {pid} does not end; its logs are in {data / 'log'}")
    say(f"stopped process {pid}")
    return 0
