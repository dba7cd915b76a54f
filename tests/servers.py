"""Real servers for the suite, however it is started; loaded as a plugin by pyproject.toml.

Loading it takes a slot and puts its addresses into the environment, before Django's settings are
read; the servers start with the session and end with it. The workers of pytest-xdist inherit the
controller's environment and start nothing. With DATABASE_URL, OWNER_DATABASE_URL,
SWEEPER_DATABASE_URL and REDIS_URL all set, those servers are used instead.
"""

import os

import pytest

from devtools.places import DEFAULT_DATA
from devtools.slots import MARK, Slot, take_slot

BROUGHT = ("DATABASE_URL", "OWNER_DATABASE_URL", "SWEEPER_DATABASE_URL", "REDIS_URL")
_slots: list[Slot] = []


def has_servers() -> bool:
    """Tell whether the environment already names servers: the caller's or the controller's."""
    return MARK in os.environ or all(os.environ.get(name) for name in BROUGHT)


def reserve_servers() -> dict[str, str]:
    """Put the addresses and accounts of a slot into the environment; start nothing yet."""
    if not has_servers():
        for name in BROUGHT:
            os.environ.pop(name, None)
        slot = take_slot(DEFAULT_DATA)
        _slots.append(slot)
        os.environ.update(slot.environment())
    return dict(os.environ)


def ensure_servers() -> dict[str, str]:
    """Return the environment of running servers, started now if need be.

    Raises devtools.console.LauncherError with the end of the log of one that does not start.
    """
    environment = reserve_servers()
    for slot in _slots:
        slot.start()
    return environment


def stop_servers() -> None:
    """End what this process started."""
    while _slots:
        _slots.pop().stop()


def use_own_queues() -> None:
    """Give each worker of pytest-xdist a numbered database of the broker to itself: a test that
    empties a queue must not take another worker's tasks."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    address, slash, _number = os.environ["REDIS_URL"].rpartition("/")
    if worker.startswith("gw") and slash:
        # The controller keeps the first; a server has sixteen unless told otherwise.
        os.environ["REDIS_URL"] = f"{address}/{1 + int(worker[2:]) % 15}"


reserve_servers()
use_own_queues()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers before workers or tests, unless nothing is going to run."""
    if not session.config.option.collectonly:
        ensure_servers()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers after everything that used them."""
    stop_servers()
