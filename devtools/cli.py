"""The commands of ./dev."""

import argparse
from collections.abc import Callable

from devtools import roles, suite
from devtools.audit import audit
from devtools.bootstrap import bootstrap
from devtools.check import check, write_schema
from devtools.console import LauncherError, complain, say
from devtools.doctor import doctor
from devtools.lock import lock
from devtools.manage import manage
from devtools.places import data_folder
from devtools.stop import stop
from devtools.up import up

PASSES_ARGUMENTS = ("manage", "test", "prove", "bench")


def run_roles(_options: argparse.Namespace, _rest: list[str]) -> int:
    """Print the SQL that makes the roles on a server of one's own."""
    say(roles.script())
    return 0


def run_manage(options: argparse.Namespace, rest: list[str]) -> int:
    """Run one of Django's commands."""
    bootstrap()
    return manage(data_folder(options.data), rest)


def run_up(options: argparse.Namespace, _rest: list[str]) -> int:
    """Run the product."""
    bootstrap()
    return up(data_folder(options.data), options.port, options.demo)


def run_stop(options: argparse.Namespace, _rest: list[str]) -> int:
    """End a running product."""
    return stop(data_folder(options.data))


def run_doctor(options: argparse.Namespace, _rest: list[str]) -> int:
    """Say what was found."""
    return doctor(data_folder(options.data))


def run_check(options: argparse.Namespace, _rest: list[str]) -> int:
    """Check the code, or refresh the API's schema."""
    bootstrap()
    return write_schema() if options.write_schema else check()


def run_test(_options: argparse.Namespace, rest: list[str]) -> int:
    """Run the suite."""
    bootstrap()
    return suite.test(rest)


def run_prove(_options: argparse.Namespace, rest: list[str]) -> int:
    """Run the long proofs."""
    bootstrap()
    return suite.prove(rest)


def run_bench(_options: argparse.Namespace, rest: list[str]) -> int:
    """Run a bench."""
    bootstrap()
    return suite.bench(rest)


def run_audit(_options: argparse.Namespace, _rest: list[str]) -> int:
    """Ask for published weaknesses."""
    return audit()


def run_lock(_options: argparse.Namespace, _rest: list[str]) -> int:
    """Choose versions again."""
    return lock()


COMMANDS: dict[str, tuple[str, Callable[[argparse.Namespace, list[str]], int]]] = {
    "up": ("run the product: servers, web, workers, a demonstration tenant", run_up),
    "stop": ("end the product that runs on a data folder", run_stop),
    "doctor": ("say what was found on this machine, and what is wrong", run_doctor),
    "test": ("run the suite, or what pytest's arguments choose of it", run_test),
    "check": ("check style, types, imports, templates, migrations, the API's schema", run_check),
    "bench": ("measure: ./dev bench NAME; without a name, list the benches", run_bench),
    "prove": ("run the long proofs, all or one: ./dev prove [NAME]", run_prove),
    "audit": ("look for published weaknesses; needs the network", run_audit),
    "manage": ("run one of Django's commands: ./dev manage migrate", run_manage),
    "roles": ("print the SQL that makes the database's roles on a server of yours", run_roles),
    "lock": ("choose package versions again and write requirements/*.txt", run_lock),
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="./dev", description="Runs and checks Parley.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (help_text, _) in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.add_argument("--data", help="folder for everything that is kept (.parley)")
        if name == "up":
            command.add_argument("--port", type=int, help="port of the web server (8000)")
            command.add_argument("--demo", action="store_true", help="demonstration data, always")
        if name == "check":
            command.add_argument("--write-schema", action="store_true", help="take the API over")
    return top


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Separate the launcher's own words from those that a command passes on.

    A data folder is named before them: `./dev manage --data DIR migrate`.
    """
    if not arguments or arguments[0] not in PASSES_ARGUMENTS:
        return arguments, []
    own = 3 if arguments[1:2] == ["--data"] else 1
    return arguments[:own], arguments[own:]


def main(arguments: list[str]) -> int:
    """Run one command and return its exit status; a failure is one sentence, not a traceback."""
    own, rest = split(arguments)
    options = parser().parse_args(own)
    try:
        return COMMANDS[options.command][1](options, rest)
    except LauncherError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
