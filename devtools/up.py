"""`./dev up`: servers, schema, demonstration data, and every process of the product."""

import http.client
import os
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from devtools.bootstrap import inside_venv
from devtools.console import LauncherError, say, step
from devtools.credentials import credentials
from devtools.environment import application_environment, own_servers, with_accounts
from devtools.files import last_lines, read_json, write_json
from devtools.locks import hold, sign
from devtools.places import ROOT, subfolder, venv_program
from devtools.ports import LOOPBACK, is_free
from devtools.processes import POLL_SECONDS, end_processes, processes_with
from devtools.servers import SERVERS, make_roles, needed_servers, start_servers, urls_of
from devtools.supervisor import MARK, Program, Supervisor, why_not_ready

DEFAULT_PORT = 8000
READY_SECONDS = 60.0
APPLICATION = ["web", "worker", "sweeper", "watcher", "beat"]


class StoppedError(Exception):
    """The end was asked for before everything was up."""


@dataclass
class Launch:
    """One `up`: its folder, port, servers and environment."""

    supervisor: Supervisor
    port: int
    demo: bool
    own: dict[str, str]

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.supervisor.data

    @property
    def urls(self) -> dict[str, str]:
        """Return the servers' addresses; the embedded ones have theirs once they are started."""
        return urls_of(self.data, self.own)

    def environment(self, name: str, *accounts: str) -> dict[str, str]:
        """Return what a program gets; accounts beyond the app's are named."""
        secret_key = os.environ.get("SECRET_KEY") or credentials(self.data)["secret_key"]
        base = application_environment(self.data, self.urls, secret_key, self.port, self.demo)
        return with_accounts({**base, "PARLEY_PROCESS": name}, self.urls, *accounts)

    def program(self, name: str, command: list[str], *accounts: str) -> Program:
        """Return one of the product's programs."""
        log = subfolder(self.data, "log") / f"{name}.log"
        return Program(name, command, self.environment(name, *accounts), log)

    def application(self) -> list[Program]:
        """Return the programs that make up the product."""
        celery = [venv_program("celery"), "-A", "escalation"]
        quiet = ["--without-gossip", "--without-mingle"]
        schedule = str(subfolder(self.data, "beat") / "schedule")
        sweep = [*celery, "worker", "-Q", "sweep", "-c", "1", "-n", "sweeper@%h", *quiet]
        watch = [*celery, "worker", "-Q", "watch", "-c", "1", "-n", "watcher@%h", *quiet]
        return [
            self.program("web", web_command(self.port)),
            self.program(
                "worker", [*celery, "worker", "-Q", "default", "-c", "2", "-n", "worker@%h", *quiet]
            ),
            self.program("sweeper", sweep, "SWEEPER_DATABASE_URL"),
            self.program("watcher", watch, "SWEEPER_DATABASE_URL"),
            self.program("beat", [*celery, "beat", "--schedule", schedule, "--pidfile="]),
        ]


def web_command(port: int) -> list[str]:
    """Return the words that start the web server."""
    gunicorn = [venv_program("gunicorn"), "escalation.wsgi:application"]
    size = ["--workers", "2", "--threads", "4", "--preload"]
    # Heartbeats in memory: a slow disk must not look like a hanging worker.
    heartbeat = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108
    return [*gunicorn, "--bind", f"{LOOPBACK}:{port}", *size, *heartbeat, "--no-control-socket"]


def chosen_port(asked: int | None) -> int:
    """Return the port for the web server; raises LauncherError when it is taken."""
    port = asked or DEFAULT_PORT
    if not is_free(port):
        raise LauncherError(f"port {port} is taken; choose another one with --port")
    return port


def first_page_status(port: int) -> int | None:
    """Return the HTTP status of the first page, or None when nothing answers."""
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=10)) as connection:
        try:
            connection.request("GET", "/")
            with connection.getresponse() as response:
                return response.status
        except (OSError, http.client.HTTPException):
            return None


def first_page_answers(port: int) -> bool:
    """Tell whether the first page comes without an error of the server."""
    status = first_page_status(port)
    return status is not None and status < 500


def run_management(launch: Launch, words: list[str], *, speaks: bool = False) -> None:
    """Run one of Django's commands with the owner's account.

    Raises LauncherError with the end of its log, StoppedError when the end was asked for.
    """
    name = words[0]
    command = inside_venv(str(ROOT / "manage.py"), *words)
    program = launch.program(name, command, "OWNER_DATABASE_URL")
    code = launch.supervisor.run(replace(program, speaks=speaks))
    if launch.supervisor.stopping:
        raise StoppedError
    if code != 0:
        tail = "\n".join(f"    {line}" for line in last_lines(program.log, 12))
        raise LauncherError(f"{name} failed; the end of {program.log}:\n{tail}")


def prepare(launch: Launch, needed: tuple[str, ...]) -> None:
    """Bring servers, roles, schema and demonstration data to where the product can start."""
    if needed:
        with step(f"Starting {' and '.join(needed)}"):
            start_servers(launch.supervisor, needed)
    if launch.supervisor.stopping:
        raise StoppedError
    if "postgres" in needed:
        with step("Making the database's roles"):
            make_roles(launch.urls)
    with step("Migrating"):
        run_management(launch, ["migrate", "--database", "owner", "--no-input"])
    if launch.demo:
        run_management(launch, ["seed_demo"], speaks=True)


def start_application(launch: Launch) -> None:
    """Start the product's programs and wait for its first page.

    Raises LauncherError with the end of the web server's log when the page does not come.
    """
    supervisor = launch.supervisor
    with step("Starting web, worker, sweeper, watcher and beat"):
        web, *others = launch.application()
        supervisor.start(web)
        wait_for_first_page(launch)
        for program in others:  # not earlier: they would make the first page wait for its share
            supervisor.start(program)


def wait_for_first_page(launch: Launch) -> None:
    """Wait until the first page comes; a server that keeps dying is not waited for."""
    supervisor = launch.supervisor
    web = supervisor.children["web"]
    limit = time.monotonic() + READY_SECONDS
    while not supervisor.stopping and not first_page_answers(launch.port):
        supervisor.look_after()
        if time.monotonic() > limit or web.quick_deaths > 2:
            raise LauncherError(why_not_ready(web.program))
        time.sleep(POLL_SECONDS)


def look_after(supervisor: Supervisor) -> None:
    """Keep the children running until the end is asked for."""
    while not supervisor.stopping:
        supervisor.look_after()
        time.sleep(POLL_SECONDS)


def clear_away(data: Path) -> None:
    """End what a launcher that was killed, and its watchdog with it, left on this folder."""
    end_processes(lambda: processes_with(MARK, str(data)))


def begin(data: Path, port: int) -> Supervisor:
    """Take the folder, clear it of remains, and start the watchdog."""
    lock = hold(data)
    sign(lock)
    clear_away(data)
    write_json(data / "ports.json", {**read_json(data / "ports.json"), "web": port})
    supervisor = Supervisor(data)
    supervisor.watch_signals()
    supervisor.start_watchdog(lock)
    return supervisor


def up(data: Path, asked_port: int | None, demo_asked: bool) -> int:
    """Run the product until Ctrl-C, SIGTERM or a closed terminal; return the exit status.

    Raises LauncherError when something stands in the way.
    """
    own = own_servers()
    needed = needed_servers(own)
    port = chosen_port(asked_port)
    supervisor = begin(data, port)
    launch = Launch(supervisor, port, demo_asked or "postgres" in needed, own)
    try:
        say(f"Parley in {data}")
        prepare(launch, needed)
        start_application(launch)
        if not supervisor.stopping:
            say(f"Ready: http://{LOOPBACK}:{port}/")
        look_after(supervisor)
    except StoppedError:
        say(" stopped")
    finally:
        say("Stopping …")
        supervisor.end_all(APPLICATION, list(SERVERS))
    return 0
