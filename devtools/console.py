"""What the launcher says: one line per step, one sentence per failure."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LauncherError(Exception):
    """A failure that the person at the keyboard can act on; its text is one sentence for them."""


def say(text: str = "", end: str = "\n") -> None:
    """Print at once, also into a pipe; a terminal that was closed is no reason to fail."""
    try:
        print(text, end=end, flush=True)
    except OSError:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - for the rest of the process


def complain(text: str) -> None:
    """Print a failure on standard error."""
    print(f"dev: {text}", file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step and say how many seconds it took once it is done."""
    say(f"  {title} …", end="")
    began = time.monotonic()
    try:
        yield
    except BaseException:
        say(" failed")
        raise
    say(f" {time.monotonic() - began:.1f} s")
