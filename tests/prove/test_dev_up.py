"""`./dev up` under every kind of death: nothing stays down, nothing stays behind."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.processes import is_alive, wait_until
from tests.devtools.launching import NAMES, Launched

BACK_SECONDS = 60.0
GONE_SECONDS = 20.0


@pytest.fixture
def launched(tmp_path: Path) -> Iterator[Launched]:
    """A product that is up."""
    up = Launched(tmp_path / "data")
    try:
        up.wait_ready()
        yield up
    finally:
        up.end()


def test_every_child_comes_back_after_being_killed(launched: Launched) -> None:
    assert set(launched.pids()) == NAMES
    for name in sorted(NAMES):
        old = launched.pids()[name]
        os.kill(old, signal.SIGKILL)
        came_back = wait_until(
            lambda name=name, old=old: launched.has_come_back(name, old),  # type: ignore[misc]
            BACK_SECONDS,
        )
        assert came_back, f"{name} stayed down:\n{launched.said()}"
        assert set(launched.pids()) == NAMES


def test_a_killed_worker_leaves_no_pool_behind(launched: Launched) -> None:
    for name in ("worker", "sweeper", "web"):
        leader = launched.pids()[name]
        assert wait_until(lambda leader=leader: len(launched.group(leader)) > 1, BACK_SECONDS)  # type: ignore[misc]
        pool = launched.group(leader)
        os.kill(leader, signal.SIGKILL)
        assert wait_until(lambda pool=pool: not any(map(is_alive, pool)), GONE_SECONDS)  # type: ignore[misc]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_polite_end_leaves_no_orphan(launched: Launched, number: int) -> None:
    family = [*launched.family(), *launched.pids().values()]
    launched.signal(number)
    assert launched.process.wait(60) == 0
    assert [pid for pid in family if is_alive(pid)] == []
    assert launched.pids() == {}


def test_a_killed_launcher_takes_its_children_with_it(launched: Launched) -> None:
    family = [*launched.family(), *launched.pids().values()]
    launched.signal(signal.SIGKILL)
    launched.process.wait(10)
    gone = wait_until(lambda: not [pid for pid in family if is_alive(pid)], GONE_SECONDS)
    assert gone, [pid for pid in family if is_alive(pid)]


def test_after_a_killed_launcher_the_folder_can_be_used_at_once(launched: Launched) -> None:
    launched.signal(signal.SIGKILL)
    launched.process.wait(10)
    again = Launched(launched.data)
    try:
        again.wait_ready()
    finally:
        assert again.end() == 0
    assert again.family() == []


def test_two_folders_run_side_by_side(launched: Launched, tmp_path: Path) -> None:
    other = Launched(tmp_path / "other")
    try:
        other.wait_ready()
        assert launched.status() in (200, 302)
        assert not set(other.pids().values()) & set(launched.pids().values())
    finally:
        assert other.end() == 0
    assert other.family() == []
    assert launched.status() in (200, 302)


def test_a_second_launcher_on_the_same_folder_refuses_and_harms_nothing(
    launched: Launched,
) -> None:
    pids = launched.pids()
    second = Launched(launched.data)
    assert second.process.wait(30) == 1
    assert "already runs" in second.said()
    assert launched.pids() == pids
    assert launched.status() in (200, 302)


def test_a_taken_port_is_one_sentence(launched: Launched, tmp_path: Path) -> None:
    second = Launched(tmp_path / "other", port=launched.port)
    assert second.process.wait(30) == 1
    assert second.said() == (
        f"dev: port {launched.port} is taken; choose another one with --port\n"
    )


def test_a_warm_start_reaches_its_first_page_in_eight_seconds(launched: Launched) -> None:
    assert launched.end() == 0
    began = time.monotonic()
    again = Launched(launched.data)
    try:
        again.wait_ready()
        assert time.monotonic() - began < 8.0
    finally:
        again.end()
