"""The embedded servers of a data folder: start them, make the roles."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from devtools.bootstrap import inside_venv
from devtools.console import LauncherError
from devtools.credentials import credentials
from devtools.environment import embedded_urls
from devtools.places import ROOT, subfolder
from devtools.ports import choose_ports, kept_ports
from devtools.postgres import bare_environment, postgres
from devtools.supervisor import Program, Supervisor
from devtools.valkey import valkey

SERVERS = ("postgres", "valkey")
URL_NAMES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
START_SECONDS = 60.0  # a first start on a slow disk, or recovery after a crash


def needed_servers(own: Mapping[str, str]) -> tuple[str, ...]:
    """Return the servers that the user did not bring."""
    return tuple(name for name in SERVERS if URL_NAMES[name] not in own)


def server_programs(data: Path, needed: tuple[str, ...], forgetful: bool) -> list[Program]:
    """Return the needed servers as programs, ports chosen and cluster made."""
    subfolder(data, "log")
    secrets = credentials(data)
    ports = choose_ports(data, needed)
    made = []
    if "postgres" in needed:
        made.append(postgres(data, ports["postgres"], secrets["superuser"], forgetful))
    if "valkey" in needed:
        made.append(valkey(data, ports["valkey"], secrets["broker"], forgetful))
    return made


def start_servers(
    supervisor: Supervisor, needed: tuple[str, ...] = SERVERS, forgetful: bool = False
) -> None:
    """Start the needed servers and wait until they answer.

    Raises LauncherError with the end of the log of one that does not.
    """
    programs = server_programs(supervisor.data, needed, forgetful)
    for program in programs:
        supervisor.start(program)
    supervisor.wait_ready([program.name for program in programs], START_SECONDS)


def urls_of(data: Path, own: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the servers' URLs with their accounts, by variable; the user's own ones first."""
    needed = needed_servers(own or {})
    ports = {name: port for name, port in kept_ports(data).items() if name in needed}
    return {**embedded_urls(credentials(data), ports), **(own or {})}


def make_roles(urls: Mapping[str, str]) -> None:
    """Make roles and database on the embedded server; on the user's own they are the user's.

    Raises LauncherError with the server's words.
    """
    if "ADMIN_DATABASE_URL" not in urls:
        return
    done = subprocess.run(
        inside_venv("-m", "devtools.roles"),
        cwd=ROOT,
        env={**bare_environment(), **urls},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LauncherError(f"the roles could not be made: {done.stderr.strip()}")
