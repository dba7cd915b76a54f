"""Several sweepers in one program: each a process of its own, brought back at once when it dies.

    python -m tests.prove.chaos.sweepers NUMBER

They run the task that the sweep's worker runs, without waiting for a tick. `CHAOS_MUTANT` names a
fault to plant in them; this program alone reads it.
"""

import logging
import os
import signal
import sys
import time

import django
from celery import current_app
from django.db import close_old_connections

django.setup()

from cases.tasks import run_sweep  # noqa: E402 - models need the set-up
from tests.prove.chaos.mutants import plant  # noqa: E402

logger = logging.getLogger("sweepers")
PAUSE_SECONDS = 0.1


def sweep_for_ever(parent: int) -> None:
    """Sweep until the program that began this one is gone."""
    while os.getppid() == parent:
        close_old_connections()
        try:
            run_sweep()
        except Exception:  # as the worker, which outlives whatever a task raises
            logger.exception("a sweep has failed")
        time.sleep(PAUSE_SECONDS)


def begin() -> int:
    """Begin one sweeper; return its process."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        sweep_for_ever(parent)
        os._exit(0)
    return child


def main() -> None:
    """Keep as many sweepers running as are asked for."""
    plant(os.environ.get("CHAOS_MUTANT", ""))
    current_app.finalize()
    sweepers = {begin() for _ in range(int(sys.argv[1]))}
    while True:
        child, _status = os.wait()
        sweepers.discard(child)
        sweepers.add(begin())


if __name__ == "__main__":
    main()
