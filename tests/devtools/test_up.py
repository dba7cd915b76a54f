"""`./dev up` once, short: up, one death, a polite end. The long list is tests/prove/test_dev_up."""

import json
import os
import signal
from pathlib import Path

import pytest

from devtools.processes import is_alive, wait_until
from tests.devtools.launching import NAMES, Launched

BOUND = 60.0


@pytest.mark.live
def test_it_comes_up_recovers_and_leaves_nothing(tmp_path: Path) -> None:
    up = Launched(tmp_path / "data")
    try:
        up.wait_ready()
        assert set(up.pids()) == NAMES
        assert up.status() in (200, 302)
        old = up.pids()["postgres"]
        os.kill(old, signal.SIGKILL)
        assert wait_until(lambda: up.has_come_back("postgres", old), BOUND), up.said()
        family = [*up.family(), *up.pids().values()]
    finally:
        code = up.end()
    assert code == 0
    assert [pid for pid in family if is_alive(pid)] == []
    assert json.loads((up.data / "processes.json").read_text()) == {}
