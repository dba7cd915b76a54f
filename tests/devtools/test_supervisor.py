"""Children that die come back, and none is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.console import LauncherError
from devtools.files import read_json
from devtools.places import ROOT
from devtools.processes import is_alive, processes_with, wait_until
from devtools.supervisor import MARK, Program, Supervisor, code_in_words, pause_after

BOUND = 10.0
SLEEPER = "import time; time.sleep(600)"
DEAF = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); "
    f"{SLEEPER}"
)
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); {SLEEPER}"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """A supervisor of an empty folder; ends what the test leaves."""
    made = Supervisor(tmp_path)
    yield made
    made.end_all()


def program(tmp_path: Path, code: str, name: str = "child", **more: object) -> Program:
    """Return a program that runs this Python."""
    command = [sys.executable, "-c", code]
    return Program(name, command, dict(os.environ), tmp_path / f"{name}.log", **more)  # type: ignore[arg-type]


def pid_of(supervisor: Supervisor, name: str = "child") -> int:
    """Return the pid that is written for others to read."""
    return int(read_json(supervisor.data / "processes.json")[name])


def test_a_killed_child_is_started_again_at_once(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program(tmp_path, SLEEPER))
    old = pid_of(supervisor)
    kill_and_wait(supervisor, old)
    assert is_alive(pid_of(supervisor))
    assert not is_alive(old)


def test_what_a_killed_child_had_started_is_gone_before_it_comes_back(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start(program(tmp_path, PARENT))
    old = pid_of(supervisor)
    assert wait_until(lambda: len(processes_with(MARK, str(tmp_path))) == 2, BOUND)
    (grandchild,) = set(processes_with(MARK, str(tmp_path))) - {old}
    kill_and_wait(supervisor, old)
    assert wait_until(lambda: not is_alive(grandchild), BOUND)


def kill_and_wait(supervisor: Supervisor, old: int) -> None:
    """Kill the child and wait until another one is written down."""
    os.kill(old, signal.SIGKILL)

    def is_back() -> bool:
        supervisor.look_after()
        return bool(read_json(supervisor.data / "processes.json").get("child", old) != old)

    assert wait_until(is_back, BOUND)


def test_ending_a_deaf_child_is_bounded(supervisor: Supervisor, tmp_path: Path) -> None:
    child = program(tmp_path, DEAF, grace=0.5)
    supervisor.start(child)
    assert wait_until(lambda: child.log.read_text() == "deaf\n", BOUND)
    pid = pid_of(supervisor)
    time_of_end = time.monotonic()
    supervisor.end(["child"])
    assert time.monotonic() - time_of_end < BOUND
    assert not is_alive(pid)
    assert read_json(tmp_path / "processes.json") == {}


def test_only_repeated_quick_deaths_make_it_wait() -> None:
    assert [pause_after(n) for n in range(8)] == [0, 0, 0, 1, 2, 4, 8, 15]


def test_lines_for_the_person_are_passed_on_without_their_prefix(
    supervisor: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "print('noise'); print('parley: drill opened'); print('parley: half', end='')"
    assert supervisor.run(program(tmp_path, code)) == 0
    assert capsys.readouterr().out == "drill opened\n"


def test_running_to_the_end_returns_the_exit_status(supervisor: Supervisor, tmp_path: Path) -> None:
    assert supervisor.run(program(tmp_path, "raise SystemExit(7)")) == 7


def test_a_stop_ends_what_is_being_run(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.note_signal(signal.SIGTERM, None)
    assert supervisor.run(program(tmp_path, SLEEPER)) == 0
    assert processes_with(MARK, str(tmp_path)) == []


def test_a_server_that_dies_at_once_is_told_with_its_last_words(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    child = program(tmp_path, "raise SystemExit('no room')", is_ready=lambda: False)
    supervisor.start(child)
    with pytest.raises(LauncherError, match=r"child did not start; .*\n    no room"):
        supervisor.wait_ready(["child"], BOUND)


def test_a_killed_supervisor_takes_its_children_with_it(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; import os\n"
        "from devtools.supervisor import Program, Supervisor\n"
        "data = Path(sys.argv[1]); s = Supervisor(data); s.start_watchdog()\n"
        "words = [sys.executable, '-c', sys.argv[2]]\n"
        "s.start(Program('child', words, dict(os.environ), data / 'child.log'))\n"
        "time.sleep(600)\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path), PARENT]
    launcher = subprocess.Popen(words, cwd=ROOT)
    try:
        assert wait_until(lambda: len(processes_with(MARK, str(tmp_path))) == 2, BOUND)
        family = processes_with(MARK, str(tmp_path))
    finally:
        launcher.kill()
        launcher.wait()
    assert wait_until(lambda: not any(map(is_alive, family)), BOUND)


@pytest.mark.parametrize(("code", "words"), [(-9, "signal 9"), (3, "exit status 3")])
def test_an_end_is_said_in_words(code: int, words: str) -> None:
    assert code_in_words(code) == words
