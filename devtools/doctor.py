"""`./dev doctor`: what was found, and what a person would have to do about the rest."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from devtools.accounts import database_account, installed_programs
from devtools.bootstrap import find_uv, locked_files, uv_version, wanted_state, works
from devtools.browser import ON_PATH, pin
from devtools.console import LauncherError, say
from devtools.files import last_lines, read_json
from devtools.locks import launcher_pid
from devtools.node import nodes_at_hand, runs
from devtools.places import DEFAULT_DATA, VENV
from devtools.ports import answers, is_free, kept_ports
from devtools.processes import is_alive
from devtools.up import DEFAULT_PORT
from devtools.valkey import installed_server

NEEDED_BYTES = 2_000_000_000  # packages, two clusters, a browser
ERROR_WORDS = ("ERROR", "CRITICAL", "FATAL", "PANIC", "Traceback")
MOST_ERRORS = 5


def python() -> str:
    """Say which Python this is."""
    return f"{platform.python_version()} ({sys.executable})"


def system() -> str:
    """Say what this machine and this user are."""
    who = "root" if os.geteuid() == 0 else "an ordinary user"
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {who}"


def uv() -> str:
    """Say which uv is used."""
    found = find_uv()
    if found is None:
        return "none yet; the first command fetches it"
    return f"{'.'.join(map(str, uv_version(found)))} ({found})"


def environment() -> str:
    """Say whether .venv is what the locks want."""
    stamp = VENV / ".parley-stamp"
    if not works(VENV):
        return "missing; the next command makes it"
    fresh = stamp.exists() and stamp.read_text() == wanted_state(locked_files())
    return "as locked" if fresh else "not as locked; the next command installs"


def database() -> str:
    """Say which PostgreSQL is used and as which account."""
    if os.environ.get("DATABASE_URL"):
        return "yours, from DATABASE_URL"
    account = database_account()
    as_whom = "" if account is None else f", run as user {account[0]} because root may not"
    return f"embedded ({installed_programs()}){as_whom}"


def broker() -> str:
    """Say which server of the Redis protocol is used."""
    if os.environ.get("REDIS_URL"):
        return "yours, from REDIS_URL"
    return f"embedded ({installed_server()})"


def browser() -> str:
    """Say which browser the suite would use, without fetching one."""
    named = os.environ.get("CHROMIUM_PATH")
    on_path = next(filter(None, map(shutil.which, ON_PATH)), None)
    fetched = DEFAULT_DATA / "tools" / f"chromium-{pin()}" / "start"
    if named or on_path:
        return str(named or on_path)
    return str(fetched) if fetched.exists() else "none yet; the first browser test fetches it"


def node() -> str:
    """Say which Node.js fetching the browser would use."""
    found = next(filter(runs, nodes_at_hand()), None)
    return str(found) if found else "none yet; fetching the browser fetches it"


def disk(data: Path) -> str:
    """Say how much room there is."""
    free = shutil.disk_usage(data).free
    note = "" if free > NEEDED_BYTES else " (too little: 2 GB are needed)"
    return f"{free / 1e9:.1f} GB free{note}"


def ports(data: Path) -> str:
    """Say which ports the folder has and whether the usual one is free."""
    kept = [
        f"{name} {port}{' (answers)' if answers(port) else ''}"
        for name, port in kept_ports(data).items()
    ]
    usual = f"{DEFAULT_PORT} is {'free' if is_free(DEFAULT_PORT) else 'taken'}"
    return ", ".join([*kept, usual])


def running(data: Path) -> str:
    """Say what runs on the folder."""
    launcher = launcher_pid(data)
    pids = read_json(data / "processes.json")
    children = [f"{name} {pid}" for name, pid in pids.items() if is_alive(int(pid))]
    if launcher is None:
        return f"nothing{', but left behind: ' + ', '.join(children) if children else ''}"
    return ", ".join([f"launcher {launcher}", *children])


def is_error(line: str) -> bool:
    """Tell whether a line of a log looks like an error; being asked too early is none."""
    return any(word in line for word in ERROR_WORDS) and "is starting up" not in line


def last_errors(data: Path) -> list[str]:
    """Return the last lines of each log that look like errors."""
    found = []
    for log in sorted((data / "log").glob("*.log")):
        lines = [line for line in last_lines(log, 500) if is_error(line)]
        found += [f"{log.name}: {line}" for line in lines[-MOST_ERRORS:]]
    return found


def answer(question: Callable[[], str]) -> tuple[bool, str]:
    """Ask one question; a failure is an answer too."""
    try:
        return True, question()
    except (LauncherError, OSError) as error:
        return False, f"PROBLEM: {error}"


def doctor(data: Path) -> int:
    """Print everything; return 1 when something stands in the way of running."""
    questions: dict[str, Callable[[], str]] = {
        "system": system,
        "python": python,
        "uv": uv,
        "packages": environment,
        "database": database,
        "broker": broker,
        "browser": browser,
        "node": node,
        "data folder": lambda: str(data),
        "disk": lambda: disk(data),
        "ports": lambda: ports(data),
        "running": lambda: running(data),
    }
    answers_given = {name: answer(question) for name, question in questions.items()}
    for name, (_, text) in answers_given.items():
        say(f"  {name:<12} {text}")
    for line in last_errors(data):
        say(f"  last error   {line}")
    return 0 if all(fine for fine, _ in answers_given.values()) else 1
