"""Runs a real `./dev up` on a folder of its own and looks at what it does."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from devtools.environment import DATABASE_NAMES, PRIVILEGED
from devtools.places import ROOT
from devtools.ports import LOOPBACK, free_port
from devtools.processes import is_alive, processes_with, wait_until
from devtools.slots import MARK as SLOT
from devtools.supervisor import MARK
from devtools.up import first_page_status

NAMES = {"postgres", "valkey", "web", "worker", "sweeper", "watcher", "beat"}
READY_SECONDS = 120.0
# What the suite itself was told about its own servers is not for the launcher under test.
NOT_INHERITED = {*DATABASE_NAMES, *PRIVILEGED, "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", SLOT}


class Launched:
    """One `./dev up` as a process."""

    def __init__(self, data: Path, *words: str, port: int | None = None) -> None:
        self.data = data
        self.port = port or free_port()
        self.output = data.with_name(f"{data.name}-{self.port}.output")
        environment = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
        command = [sys.executable, "-B", str(ROOT / "dev"), "up", "--data", str(data)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def said(self) -> str:
        """Return everything printed so far."""
        return self.output.read_text()

    def wait_ready(self) -> None:
        """Wait for the line that says where the first page is."""
        ready = f"Ready: http://{LOOPBACK}:{self.port}/"
        wait_until(lambda: ready in self.said() or self.process.poll() is not None, READY_SECONDS)
        assert ready in self.said(), self.said()

    def pids(self) -> dict[str, int]:
        """Return processes.json as it is now."""
        pids: dict[str, int] = json.loads((self.data / "processes.json").read_text())
        return pids

    def family(self) -> list[int]:
        """Return every living process that belongs to this folder, grandchildren included."""
        marked = processes_with(MARK, str(self.data))
        return [pid for pid in marked if is_alive(pid)]

    def group(self, leader: int) -> list[int]:
        """Return the living processes in a child's group."""
        return [pid for pid in self.family() if group_of(pid) == leader]

    def status(self) -> int | None:
        """Return the status of the first page, or None when nothing answers."""
        return first_page_status(self.port)

    def has_come_back(self, name: str, old: int) -> bool:
        """Tell whether a child runs again as another process and the first page answers."""
        pid = self.pids().get(name, old)
        return pid != old and is_alive(pid) and self.status() in (200, 302)

    def signal(self, number: int) -> None:
        """Send a signal to the launcher alone."""
        os.kill(self.process.pid, number)

    def end(self) -> int:
        """End it in order, whatever state it is in; return its exit status."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def group_of(pid: int) -> int | None:
    """Return a process's group, or None when it is gone."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
