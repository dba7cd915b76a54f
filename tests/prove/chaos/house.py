"""One pair of real servers, and stages on them: a database, a broker and a folder for each run."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class, named as a module's

from devtools.files import last_lines
from devtools.places import subfolder, venv_program
from devtools.ports import free_port
from devtools.roles import DATABASE, OWNER, database_statements
from devtools.servers import make_roles, start_servers, urls_of
from devtools.supervisor import Program, Supervisor
from devtools.up import Launch, run_management

Row = tuple[Any, ...]


@contextmanager
def session(url: str) -> Iterator[Cursor]:
    """Give a session of its own in which every statement commits by itself."""
    connection = psycopg2.connect(url, application_name="proof")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def with_path(url: str, path: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def plain(value: Any) -> Any:
    """Return an id as the trail's facts name it, anything else as it is."""
    return str(value) if isinstance(value, UUID) else value


class House:
    """The servers, with one migrated database that the others are copied from.

    Nothing is lost that the servers promise to keep: it is never the machine that dies here.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self.supervisor = Supervisor(data)
        self.stages = 0

    @property
    def urls(self) -> dict[str, str]:
        """Return the servers' addresses."""
        return urls_of(self.data)

    def start(self) -> None:
        """Start the servers, make the roles and the database to copy."""
        self.supervisor.start_watchdog()
        start_servers(self.supervisor, forgetful=True)
        make_roles(self.urls)
        launch = Launch(self.supervisor, free_port(), demo=False, own={})
        run_management(launch, ["migrate", "--database", "owner", "--no-input"])
        with session(self.urls["OWNER_DATABASE_URL"]) as cursor:
            # Only here: vendors are made without a second connection.
            cursor.execute("GRANT INSERT ON tenants_tenant TO parley_app")

    def end(self) -> None:
        """End the servers."""
        self.supervisor.end_all()

    def copy(self, name: str) -> None:
        """Make a database as it is after migrating, closed to everybody but the roles."""
        with session(self.urls["ADMIN_DATABASE_URL"]) as cursor:
            cursor.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {DATABASE}")
            for statement in database_statements(name):
                cursor.execute(statement)


@dataclass
class Stage:
    """One run's own database, broker, folder and processes."""

    house: House
    name: str = field(init=False)
    data: Path = field(init=False)
    supervisor: Supervisor = field(init=False)
    launch: Launch = field(init=False)
    # What every process is told beyond what the product's own launcher tells it.
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.house.stages += 1
        number = self.house.stages
        self.name = f"stage_{number}"
        self.house.copy(self.name)
        self.data = subfolder(self.house.data.parent, self.name)
        self.supervisor = Supervisor(self.data)
        self.supervisor.start_watchdog()
        databases = {k: u for k, u in self.house.urls.items() if k != "REDIS_URL"}
        own = {key: with_path(url, self.name) for key, url in databases.items()}
        own["REDIS_URL"] = with_path(self.house.urls["REDIS_URL"], str(number % 16))
        self.launch = Launch(self.supervisor, free_port(), demo=False, own=own)

    def end(self) -> None:
        """End this run's processes."""
        self.supervisor.end_all()

    def product(self, *names: str) -> None:
        """Start some of the product's programs, with the words and accounts of the launcher."""
        for program in self.launch.application():
            if program.name in names:
                self.start(program)

    def module(self, name: str, module: str, *words: str, accounts: tuple[str, ...] = ()) -> None:
        """Start a program of the proof's own; it gets no more accounts than are named."""
        command = [sys.executable, "-B", "-m", module, *words]
        self.start(self.launch.program(name, command, *accounts))

    def start(self, program: Program) -> None:
        """Start a program, restarted whenever it dies."""
        environment = {**program.environment, **self.extra}
        self.supervisor.start(replace(program, environment=environment, grace=5.0))

    def run(self, module: str, *words: str) -> None:
        """Run a program of the proof's own to its end, with the app's account."""
        self._finish(module.rpartition(".")[2], [sys.executable, "-B", "-m", module, *words])

    def celery(self, *words: str) -> None:
        """Run one of Celery's commands."""
        self._finish("celery", [venv_program("celery"), "-A", "escalation", *words])

    def _finish(self, name: str, command: list[str]) -> None:
        program = self.launch.program(name, command)
        code = self.supervisor.run(replace(program, environment=program.environment | self.extra))
        assert code == 0, "\n".join(last_lines(program.log, 12))

    def look_after(self) -> None:
        """Bring back at once whatever died, the servers too."""
        for supervisor in (self.supervisor, self.house.supervisor):
            for child in supervisor.children.values():
                child.quick_deaths = 0
            supervisor.look_after()

    def end_programs(self, *names: str) -> None:
        """End some of this run's programs for good."""
        running = [name for name in names if name in self.supervisor.children]
        self.supervisor.end(running)
        for name in running:
            del self.supervisor.children[name]

    def leader(self, name: str) -> int | None:
        """Return the process of a program or a server, None while it is down."""
        for supervisor in (self.supervisor, self.house.supervisor):
            child = supervisor.children.get(name)
            if child and child.process:
                return child.process.pid
        return None

    def age(self, name: str) -> float:
        """Return for how many seconds a program or a server has been running."""
        children = self.supervisor.children | self.house.supervisor.children
        return time.monotonic() - children[name].started

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """Give a session that sees every vendor's rows and changes none."""
        with session(self.launch.urls["BACKUP_DATABASE_URL"]) as cursor:
            yield cursor

    def rows(self, statement: str, *parameters: Any) -> list[Row]:
        """Read across all vendors; ids come as texts."""
        with self.reading() as cursor:
            cursor.execute(statement, parameters)
            return [tuple(map(plain, row)) for row in cursor]

    def value(self, statement: str, *parameters: Any) -> Any:
        """Return the only value of the only row."""
        [(found,)] = self.rows(statement, *parameters)
        return found

    def as_owner(self, *statements: str) -> None:
        """Change the throw-away database itself."""
        with session(self.launch.urls["OWNER_DATABASE_URL"]) as cursor:
            for statement in statements:
                cursor.execute(statement)
