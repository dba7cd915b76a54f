"""Reads docker-compose.yml as an engine would, and starts its services without one.

Names of machines, ports and folders of the containers are turned into local ones; everything
else, commands and environments, is used as it stands in the file.
"""

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from devtools.bootstrap import inside_venv
from devtools.places import ROOT, VENV
from devtools.ports import LOOPBACK
from devtools.processes import signal_group
from devtools.valkey import installed_server

FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::([-?])([^}]*))?\}|(\$))")


class MissingVariableError(Exception):
    """A variable that the file demands was not given."""


def interpolate(text: str, given: Mapping[str, str]) -> str:
    """Replace `${NAME:?}`, `${NAME:-default}` and `$$` by the engine's rules."""

    def value(match: re.Match[str]) -> str:
        name, kind, default, dollar = match.groups()
        if dollar:
            return "$"
        if given.get(name):
            return given[name]
        if kind == "-":
            return default
        raise MissingVariableError(name)

    return VARIABLE.sub(value, text)


def interpolated(node: Any, given: Mapping[str, str]) -> Any:
    """Replace variables in every string of a parsed file."""
    if isinstance(node, dict):
        return {key: interpolated(value, given) for key, value in node.items()}
    if isinstance(node, list):
        return [interpolated(value, given) for value in node]
    return interpolate(node, given) if isinstance(node, str) else node


def services(given: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the services with their variables filled in; raises MissingVariableError."""
    parsed = yaml.safe_load(FILE.read_text())
    found: dict[str, dict[str, Any]] = interpolated(parsed["services"], given)
    return found


def demanded() -> set[str]:
    """Return the names of the variables without which the file is refused."""
    return {m[1] for m in VARIABLE.finditer(FILE.read_text()) if m[2] == "?"}


@dataclass
class Engine:
    """Starts services on this machine; `local` says what each name in the file becomes here."""

    folder: Path
    services: dict[str, dict[str, Any]]
    local: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def here(self, text: str) -> str:
        """Turn the containers' machines, ports and folders into local ones."""
        for name, replacement in self.local.items():
            text = text.replace(name, replacement)
        return text

    def environment(self, name: str, **more: str) -> dict[str, str]:
        """Return exactly the service's environment, and where programs are."""
        own = self.services[name].get("environment", {})
        path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
        told = {key: self.here(str(value)) for key, value in own.items()}
        return {"PATH": path, "HOSTNAME": os.uname().nodename, **told, **more}

    def words(self, words: list[str]) -> list[str]:
        """Return a command as it can run here."""
        turned = [self.here(word) for word in words]
        return inside_venv(*turned[1:]) if turned[0] == "python" else turned

    def log(self, name: str) -> Path:
        """Return where a service's output goes."""
        return self.folder / f"{name}.log"

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start a service's command with its environment."""
        with self.log(name).open("wb") as log:
            self.running[name] = subprocess.Popen(
                self.words(self.services[name]["command"]),
                cwd=ROOT,
                env=self.environment(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.running[name]

    def is_healthy(self, name: str) -> bool:
        """Run a service's health check once."""
        kind, *words = self.services[name]["healthcheck"]["test"]
        command = ["sh", "-c", self.here(words[0])] if kind == "CMD-SHELL" else self.words(words)
        environment = self.environment(name, PGPORT=self.local["PGPORT"])
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False
        )
        return done.returncode == 0

    def stop(self) -> None:
        """End everything that was started, and whatever it left in its group."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            signal_group(process.pid, signal.SIGKILL)


def local_names(folder: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """Return what each name in the file becomes on this machine, longest first."""
    return {
        "@postgres:5432": f"@{LOOPBACK}:{ports['postgres']}",
        "@valkey:6379": f"@{LOOPBACK}:{ports['valkey']}",
        "0.0.0.0:8000": f"{LOOPBACK}:{ports['web']}",
        "/var/lib/parley": str(folder / "data"),
        "/srv/static": str(folder / "static"),
        "/tmp/beat-schedule": str(folder / "beat-schedule"),  # noqa: S108
        "exec valkey-server": f"exec {installed_server()}",
        "--appendonly": f"--bind {LOOPBACK} --port {ports['valkey']} --appendonly",
        "/tmp/valkey.conf": str(folder / "valkey.conf"),  # noqa: S108
        "--dir /data": f"--dir {folder}",
        "PGPORT": str(ports["postgres"]),
    }
