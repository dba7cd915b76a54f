"""Ports are free, kept, and out of the way of outgoing connections."""

import socket
from pathlib import Path

from devtools.ports import HIGHEST, LOOPBACK, LOWEST, choose_ports, free_port, is_free, kept_ports


def test_a_port_someone_listens_on_is_not_free() -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        assert not is_free(server.getsockname()[1])


def test_a_chosen_port_is_below_those_of_outgoing_connections() -> None:
    assert LOWEST <= free_port() <= HIGHEST < 32_768


def test_ports_stay_as_long_as_they_are_free(tmp_path: Path) -> None:
    first = choose_ports(tmp_path, ("postgres", "valkey"))
    assert choose_ports(tmp_path, ("postgres", "valkey")) == first
    with socket.socket() as other:
        other.bind((LOOPBACK, first["valkey"]))
        other.listen()
        second = choose_ports(tmp_path, ("postgres", "valkey"))
    assert second["postgres"] == first["postgres"]
    assert second["valkey"] != first["valkey"]
    assert kept_ports(tmp_path) == second
