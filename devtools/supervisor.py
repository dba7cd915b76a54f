"""Starts programs, brings back those that die, and ends all of them.

Every program runs in a session of its own, so that its whole group can be ended. The launcher's
main thread does everything by polling: no threads, no work in signal handlers.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devtools.console import LauncherError, say
from devtools.files import last_lines, rotate, write_json
from devtools.places import ROOT
from devtools.processes import POLL_SECONDS, end_processes, signal_each, signal_group, wait_until

QUICK_DEATH_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 15.0
PREFIX = "parley: "
MARK = "PARLEY_SUPERVISED"  # in the environment of every child: the data folder it belongs to


@dataclass(frozen=True)
class Program:
    """What to run and how to end it; durations are seconds."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    account: tuple[int, int] | None = None  # user and group ids to run as; None = the launcher's
    folder: Path = ROOT
    end_signal: int = signal.SIGTERM
    grace: float = 10.0
    is_ready: Callable[[], bool] = lambda: True
    leftovers: Callable[[], list[int]] = list  # processes of it that are outside its group
    speaks: bool = False  # its standard output is for the person, not for the log


@dataclass
class Child:
    """A program that was started; `process` is None while it waits to be started again."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_deaths: int = 0
    not_before: float = 0.0
    read_to: int = 0  # bytes of the log already looked at
    rest: bytes = b""  # a line of the log that is not complete yet


@dataclass
class Supervisor:
    """The children of one data folder."""

    data: Path
    children: dict[str, Child] = field(default_factory=dict)
    stop_signals: int = 0
    watchdog: subprocess.Popen[str] | None = None

    def watch_signals(self) -> None:
        """Turn Ctrl-C, SIGTERM and a closed terminal into an orderly end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.note_signal)

    def note_signal(self, _number: int, _frame: object) -> None:
        """Remember that the end was asked for; the loops look."""
        self.stop_signals += 1

    @property
    def stopping(self) -> bool:
        """Tell whether the end was asked for."""
        return self.stop_signals > 0

    def start_watchdog(self, lock: int | None = None) -> None:
        """Start the process that ends the children should this one be killed."""
        self.watchdog = subprocess.Popen(
            [sys.executable, "-B", "-m", "devtools.watchdog"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[] if lock is None else [lock],
            start_new_session=True,
            text=True,
        )

    def report(self, text: str) -> None:
        """Tell the watchdog about a child."""
        if self.watchdog and self.watchdog.stdin:
            with suppress(OSError):
                self.watchdog.stdin.write(f"{text}\n")
                self.watchdog.stdin.flush()

    def start(self, program: Program) -> Child:
        """Start a program and keep it; one of the same name must not be running."""
        rotate(program.log)
        child = self.children.setdefault(program.name, Child(program))
        child.program = program
        child.read_to = program.log.stat().st_size if program.log.exists() else 0
        self.spawn(child)
        return child

    def spawn(self, child: Child) -> None:
        """Start the child's process in a new session, its output going to its log."""
        program = child.program
        with program.log.open("ab") as log:
            child.process = subprocess.Popen(
                program.command,
                cwd=program.folder,
                env={**program.environment, MARK: str(self.data)},
                stdin=subprocess.DEVNULL,
                stdout=None if program.speaks else log,
                stderr=log,
                start_new_session=True,
                **account_arguments(program.account),
            )
        child.started = time.monotonic()
        self.report(f"+{child.process.pid} {program.end_signal}")
        self.write_pids()

    def write_pids(self) -> None:
        """Keep processes.json: name → pid of what runs now."""
        pids = {name: c.process.pid for name, c in self.children.items() if c.process}
        write_json(self.data / "processes.json", pids, 0o644)

    def wait_ready(self, names: list[str], seconds: float) -> None:
        """Wait until the named children are ready.

        Raises LauncherError with the end of the log when one dies or the time is over.
        """
        limit = time.monotonic() + seconds
        for name in names:
            child = self.children[name]
            while not self.stopping and not child.program.is_ready():
                if has_ended(child) or time.monotonic() > limit:
                    raise LauncherError(why_not_ready(child.program))
                time.sleep(POLL_SECONDS)

    def look_after(self) -> None:
        """One round: bring back who died, pass on what they have to say."""
        for child in self.children.values():
            if child.process and has_ended(child):
                self.bury(child)
            if child.process is None and time.monotonic() >= child.not_before:
                self.spawn(child)
            pass_on_lines(child)

    def bury(self, child: Child) -> None:
        """Clear away what is left of a child that died, and decide when it starts again."""
        code = self.reap(child)
        lived = time.monotonic() - child.started
        child.quick_deaths = child.quick_deaths + 1 if lived < QUICK_DEATH_SECONDS else 0
        pause = pause_after(child.quick_deaths)
        child.not_before = time.monotonic() + pause
        again = "starting it again" if pause == 0 else f"starting it again in {pause:.0f} s"
        say(f"{child.program.name} ended ({code_in_words(code)}); {again}")

    def reap(self, child: Child) -> int:
        """Kill the rest of the group while the dead leader still holds its number, then reap."""
        process = child.process
        if process is None:
            return 0
        signal_group(process.pid, signal.SIGKILL)
        code = process.wait()
        end_processes(child.program.leftovers)
        self.report(f"-{process.pid}")
        child.process = None
        self.write_pids()
        return code

    def end(self, names: list[str]) -> None:
        """End the named children together, politely first; bounded by the longest grace.

        Being asked a second time to stop ends the politeness.
        """
        running = [self.children[name] for name in names if self.children[name].process]
        for child in running:
            if child.process and not has_ended(child):
                signal_each([child.process.pid], child.program.end_signal)
        longest = max((child.program.grace for child in running), default=0.0)
        wait_until(lambda: all(map(has_ended, running)) or self.stop_signals > 1, longest)
        for child in running:
            self.reap(child)
            pass_on_lines(child)

    def end_all(self, *waves: list[str]) -> None:
        """End the children wave by wave, those not named last, and let the watchdog go."""
        named = [name for wave in waves for name in wave]
        last = [name for name in self.children if name not in named]
        for wave in (*waves, last):
            self.end([name for name in wave if name in self.children])
        if self.watchdog and self.watchdog.stdin:
            with suppress(OSError):
                self.watchdog.stdin.close()
            self.watchdog.wait()

    def run(self, program: Program) -> int:
        """Run a program to its end and return its exit status; a stop ends it early."""
        child = self.start(program)
        while not has_ended(child):
            if self.stopping:
                self.end([program.name])
                break
            time.sleep(POLL_SECONDS)
        code = self.reap(child)
        pass_on_lines(child)
        del self.children[program.name]
        return code


def account_arguments(account: tuple[int, int] | None) -> dict[str, Any]:
    """Return what Popen needs to run as another account."""
    if account is None:
        return {}
    return {"user": account[0], "group": account[1], "extra_groups": []}


def has_ended(child: Child) -> bool:
    """Tell whether the process has ended, without reaping it."""
    if child.process is None or child.process.returncode is not None:
        return True
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, child.process.pid, options) is not None


def pause_after(quick_deaths: int) -> float:
    """Return how long to wait before a restart: not at all unless it keeps dying quickly."""
    if quick_deaths <= 2:
        return 0.0
    return min(2.0 ** (quick_deaths - 3), LONGEST_PAUSE_SECONDS)


def code_in_words(code: int) -> str:
    """Say how a process ended."""
    return f"signal {-code}" if code < 0 else f"exit status {code}"


def why_not_ready(program: Program) -> str:
    """Return one message with the end of the program's log."""
    tail = "\n".join(f"    {line}" for line in last_lines(program.log, 8))
    return f"{program.name} did not start; the end of {program.log}:\n{tail}"


def pass_on_lines(child: Child) -> None:
    """Print the log's new lines that are meant for the terminal, without their prefix."""
    log = child.program.log
    if not log.exists() or log.stat().st_size <= child.read_to:
        return
    with log.open("rb") as file:
        file.seek(child.read_to)
        fresh = file.read()
    child.read_to += len(fresh)
    *lines, child.rest = (child.rest + fresh).split(b"\n")
    for line in lines:
        text = line.decode(errors="replace")
        if text.startswith(PREFIX):
            say(text.removeprefix(PREFIX))
