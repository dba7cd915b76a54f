"""The environment that each program gets: no more credentials than it needs."""

import os
from collections.abc import Mapping
from pathlib import Path

from devtools.console import LauncherError
from devtools.places import SETTINGS, VENV
from devtools.ports import LOOPBACK
from devtools.roles import APP, BACKUP, DATABASE, OWNER, SWEEPER

DATABASE_NAMES = ("DATABASE_URL", "OWNER_DATABASE_URL", "SWEEPER_DATABASE_URL")
OWN_NAMES = (*DATABASE_NAMES, "REDIS_URL")
PRIVILEGED = (
    "OWNER_DATABASE_URL",
    "SWEEPER_DATABASE_URL",
    "BACKUP_DATABASE_URL",
    "ADMIN_DATABASE_URL",
)


def own_servers() -> dict[str, str]:
    """Return the URLs of the servers that the user brought; empty when the embedded ones serve.

    Raises LauncherError when a database is named without its two other accounts.
    """
    own = {name: os.environ[name] for name in OWN_NAMES if os.environ.get(name)}
    missing = [name for name in DATABASE_NAMES if name not in own]
    if "DATABASE_URL" in own and missing:
        raise LauncherError(
            f"DATABASE_URL is set, so {' and '.join(missing)} must be too "
            "(./dev roles prints the SQL that makes the accounts)"
        )
    return own if "DATABASE_URL" in own else {k: own[k] for k in own if k == "REDIS_URL"}


def database_url(role: str, password: str, port: int, database: str = DATABASE) -> str:
    """Return the URL of an account on the embedded server."""
    return f"postgres://{role}:{password}@{LOOPBACK}:{port}/{database}"


def embedded_urls(secrets: Mapping[str, str], ports: Mapping[str, int]) -> dict[str, str]:
    """Return the URLs of the embedded servers that have a port."""
    urls = {}
    if "postgres" in ports:
        port = ports["postgres"]
        urls["DATABASE_URL"] = database_url(APP, secrets["app"], port)
        urls["OWNER_DATABASE_URL"] = database_url(OWNER, secrets["owner"], port)
        urls["SWEEPER_DATABASE_URL"] = database_url(SWEEPER, secrets["sweeper"], port)
        urls["BACKUP_DATABASE_URL"] = database_url(BACKUP, secrets["backup"], port)
        urls["ADMIN_DATABASE_URL"] = database_url(
            "postgres", secrets["superuser"], port, "postgres"
        )
    if "valkey" in ports:
        urls["REDIS_URL"] = f"redis://:{secrets['broker']}@{LOOPBACK}:{ports['valkey']}/0"
    return urls


def application_environment(
    data: Path, urls: Mapping[str, str], secret_key: str, port: int, demo: bool
) -> dict[str, str]:
    """Return what every program of the product gets: the app's account and no other."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    own = {key: value for key, value in os.environ.items() if key not in PRIVILEGED}
    return {
        "SECRET_KEY": secret_key,
        "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        **own,
        "PATH": path,
        "VIRTUAL_ENV": str(VENV),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATABASE_URL": urls["DATABASE_URL"],
        "REDIS_URL": urls["REDIS_URL"],
        "PARLEY_DATA": str(data),
        "PARLEY_DEMO": "1" if demo else "0",
        "PARLEY_URL": f"http://{LOOPBACK}:{port}",
    }


def with_accounts(
    environment: Mapping[str, str], urls: Mapping[str, str], *names: str
) -> dict[str, str]:
    """Add the named accounts, where there are such."""
    return {**environment, **{name: urls[name] for name in names if name in urls}}
