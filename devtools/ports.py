"""Free ports on the loopback interface, kept per data folder."""

import random
import socket
from pathlib import Path

from devtools.files import read_json, write_json

LOOPBACK = "127.0.0.1"
# Below the range from which systems pick the ports of outgoing connections: a client that keeps
# trying a port inside it, while the server restarts, can end up connected to itself.
LOWEST, HIGHEST = 15_000, 32_000


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Tell whether something accepts connections on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def free_port() -> int:
    """Return a free port; raises OSError when a hundred tries found none."""
    for _ in range(100):
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311 - a port, not a secret
        if is_free(port):
            return port
    raise OSError("no free port on the loopback interface")


def kept_ports(data: Path) -> dict[str, int]:
    """Return the ports that the servers of this folder have, by name."""
    return {name: int(port) for name, port in read_json(data / "ports.json").items()}


def choose_ports(data: Path, names: tuple[str, ...]) -> dict[str, int]:
    """Return a free port per name, the one of last time where it is still free, and keep them."""
    ports = kept_ports(data)
    for name in names:
        if name not in ports or not is_free(ports[name]):
            ports[name] = free_port()
    write_json(data / "ports.json", ports)
    return ports
