"""Servers for one test run: a folder that no other run uses at the same time.

A run takes the first free slot of `<data>/test/`, starts forgetful servers in it and ends them
when it is over. Folders stay, so that the next run starts in less than a second. Two runs at once
get two slots and never meet.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from devtools.credentials import credentials
from devtools.environment import application_environment
from devtools.locks import take_lock
from devtools.places import data_folder
from devtools.ports import choose_ports, free_port
from devtools.servers import SERVERS, make_roles, start_servers, urls_of
from devtools.supervisor import Supervisor

MARK = "PARLEY_TEST_SLOT"
MOST_SLOTS = 32


@dataclass
class Slot:
    """A folder held by this process, and the servers in it once they are started."""

    folder: Path
    lock: int
    supervisor: Supervisor = field(init=False)
    is_started: bool = False

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.folder)

    def environment(self) -> dict[str, str]:
        """Return what the product needs to use this slot; no superuser's account."""
        secrets = credentials(self.folder)
        urls = urls_of(self.folder)
        app = application_environment(
            self.folder, urls, secrets["secret_key"], free_port(), demo=False
        )
        accounts = {name: url for name, url in urls.items() if not name.startswith("ADMIN")}
        return {**app, **accounts, MARK: str(self.folder)}

    def start(self) -> None:
        """Start the servers and make the roles, once."""
        if self.is_started:
            return
        self.is_started = True
        self.supervisor.start_watchdog(self.lock)
        start_servers(self.supervisor, forgetful=True)
        make_roles(urls_of(self.folder))

    def stop(self) -> None:
        """End what this slot started, and give the folder back."""
        if self.is_started:
            self.supervisor.end_all()
        os.close(self.lock)


def take_slot(data: Path) -> Slot:
    """Take the first free slot and choose its ports; nothing is started yet.

    Raises OSError when all are taken.
    """
    for number in range(1, MOST_SLOTS + 1):
        folder = data_folder(str(data / "test" / str(number)))
        lock = take_lock(folder / "lock")
        if lock is not None:
            choose_ports(folder, SERVERS)
            return Slot(folder, lock)
    raise OSError(f"{MOST_SLOTS} test runs at once are as many as there are slots")
