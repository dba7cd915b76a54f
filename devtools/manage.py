"""`./dev manage …`: Django's commands with the environment of a data folder."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.bootstrap import inside_venv
from devtools.credentials import credentials
from devtools.environment import application_environment, own_servers, with_accounts
from devtools.locks import hold, launcher_pid
from devtools.places import ROOT
from devtools.ports import kept_ports
from devtools.servers import make_roles, needed_servers, start_servers, urls_of
from devtools.supervisor import Supervisor

# These need the owner's account, and no other command gets it.
OWNER_COMMANDS = (
    "migrate",
    "seed_demo",
    "showmigrations",
    "makemigrations",
    "sqlmigrate",
    "import_cases",
    "load_policy",
    "create_tenant",
    "verify_journal",
    "audit_cases",
)
PATIENCE_SECONDS = 300.0  # another command on the same folder goes first
# These act on the database named on their command line.
ON_OWNER_DATABASE = ("migrate", "showmigrations")


@contextmanager
def servers_for(data: Path, own: dict[str, str]) -> Iterator[None]:
    """Have servers for a while: those of a running `up`, the user's own, or fresh ones."""
    needed = needed_servers(own)
    if launcher_pid(data) is not None or not needed:
        yield
        return
    lock = hold(data, PATIENCE_SECONDS)
    supervisor = Supervisor(data)
    supervisor.start_watchdog(lock)
    try:
        start_servers(supervisor, needed)
        make_roles(urls_of(data, own))
        yield
    finally:
        supervisor.end_all()
        os.close(lock)


def command_words(arguments: list[str]) -> list[str]:
    """Return the arguments, migrations turned to the owner's connection unless told otherwise."""
    turned = arguments and arguments[0] in ON_OWNER_DATABASE
    if turned and not any(word.startswith("--database") for word in arguments):
        return [*arguments, "--database", "owner"]
    return arguments


def command_environment(data: Path, own: dict[str, str], command: str) -> dict[str, str]:
    """Return the environment for a command: the app's account, the owner's where it needs it."""
    urls = urls_of(data, own)
    secret_key = credentials(data)["secret_key"]
    port = kept_ports(data).get("web", 8000)
    environment = application_environment(data, urls, secret_key, port, demo=not own)
    accounts = ("OWNER_DATABASE_URL",) if command in OWNER_COMMANDS else ()
    return with_accounts(environment, urls, *accounts)


def manage(data: Path, arguments: list[str]) -> int:
    """Run one of Django's commands in the foreground; return its exit status."""
    own = own_servers()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command
    with servers_for(data, own):
        environment = command_environment(data, own, arguments[0] if arguments else "help")
        return subprocess.run(
            inside_venv(str(ROOT / "manage.py"), *command_words(arguments)),
            env=environment,
            preexec_fn=default_interrupt,
            check=False,
        ).returncode


def default_interrupt() -> None:
    """Let the child be interrupted: an ignored signal is inherited."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
