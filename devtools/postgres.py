"""A real PostgreSQL on the loopback interface, run in the foreground as a child.

The cluster is made with scram passwords from the first moment; no address and no account is ever
trusted, because role passwords would mean nothing then.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from devtools.accounts import database_account, database_home, reachable_programs
from devtools.console import LauncherError
from devtools.files import write_whole
from devtools.ports import LOOPBACK
from devtools.processes import end_processes, processes_in
from devtools.supervisor import Program, account_arguments

ACCESS = f"host all all {LOOPBACK}/32 scram-sha-256\n"
# Error reports would quote rows and statements, and with them what people wrote.
QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
ALWAYS = {
    **QUIET,
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_checkpoints": "off",
    "jit": "off",
}
# For tests alone: a crash of the machine loses everything.
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
}


def cluster(data: Path) -> Path:
    """Return the cluster's folder."""
    return database_home(data, database_account()) / "data"


def postgres(data: Path, port: int, superuser_password: str, forgetful: bool = False) -> Program:
    """Return the server as a program to supervise; the cluster is made when missing.

    Raises LauncherError when the cluster cannot be made.
    """
    account = database_account()
    programs = reachable_programs(account)
    folder = database_home(data, account) / "data"
    clear_away(folder)
    if not (folder / "PG_VERSION").exists():
        make_cluster(programs, folder, superuser_password, account)
    settings = {**ALWAYS, **(FORGETFUL if forgetful else {}), "port": str(port)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=[str(programs / "postgres"), "-D", str(folder), *options],
        environment=bare_environment(),
        log=data / "log" / "postgres.log",
        account=account,
        folder=Path("/"),
        end_signal=signal.SIGINT,  # fast shutdown: does not wait for clients to leave
        grace=15.0,
        is_ready=lambda: is_ready(programs, port),
        leftovers=lambda: processes_in(folder, "postgres"),
    )


def bare_environment() -> dict[str, str]:
    """Return an environment without the user's own PG* settings."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def clear_away(folder: Path) -> None:
    """End what an earlier, killed launcher may have left running on this cluster."""
    end_processes(lambda: processes_in(folder, "postgres"))


def is_ready(programs: Path, port: int) -> bool:
    """Tell whether the server accepts connections."""
    asked = subprocess.run(
        [str(programs / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(port)],
        env=bare_environment(),
        check=False,
    )
    return asked.returncode == 0


def make_cluster(
    programs: Path, folder: Path, password: str, account: tuple[int, int] | None
) -> None:
    """Make a cluster beside its place and move it there once it is whole."""
    fresh = folder.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    given = folder.with_name("password")
    write_whole(given, password + "\n")
    if account is not None:
        os.chown(given, *account)
    try:
        run_initdb(programs, fresh, given, account)
    finally:
        given.unlink()
    (fresh / "pg_hba.conf").write_text(ACCESS)
    fresh.replace(folder)


def run_initdb(
    programs: Path, fresh: Path, password_file: Path, account: tuple[int, int] | None
) -> None:
    """Run initdb; sorting does not depend on which locales the machine has."""
    command = [
        *(str(programs / "initdb"), "-D", str(fresh), "-U", "postgres", "--encoding=UTF8"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        *("--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync", "--no-instructions"),
    ]
    done = subprocess.run(
        command,
        cwd="/",
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=False,
        **account_arguments(account),
    )
    if done.returncode != 0:
        raise LauncherError(f"the database could not be made: {done.stderr.strip()}")
