"""One launcher per folder."""

import os
from pathlib import Path

import pytest

from devtools.console import LauncherError
from devtools.locks import hold, is_held, launcher_pid, sign, take_lock


def test_a_second_one_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    lock = hold(tmp_path)
    sign(lock)
    assert launcher_pid(tmp_path) == os.getpid()
    with pytest.raises(LauncherError, match=rf"already runs on .* \(process {os.getpid()}\)"):
        hold(tmp_path)
    os.close(lock)


def test_a_short_command_holds_the_folder_without_being_a_launcher(tmp_path: Path) -> None:
    lock = hold(tmp_path)
    assert is_held(tmp_path)
    assert launcher_pid(tmp_path) is None
    with pytest.raises(LauncherError, match="is in use"):
        hold(tmp_path, seconds=0.2)
    os.close(lock)


def test_a_pid_without_its_lock_is_nobody(tmp_path: Path) -> None:
    (tmp_path / "launcher.lock").write_text(str(os.getpid()))
    assert launcher_pid(tmp_path) is None


def test_a_lock_is_taken_once(tmp_path: Path) -> None:
    first = take_lock(tmp_path / "lock")
    assert first is not None
    assert take_lock(tmp_path / "lock") is None
    os.close(first)
    second = take_lock(tmp_path / "lock")
    assert second is not None
    os.close(second)
