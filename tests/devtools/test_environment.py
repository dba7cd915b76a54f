"""No program gets more credentials than it needs."""

from pathlib import Path

import pytest

from devtools.console import LauncherError
from devtools.credentials import NAMES, credentials
from devtools.environment import (
    OWN_NAMES,
    PRIVILEGED,
    application_environment,
    embedded_urls,
    own_servers,
    with_accounts,
)

SECRETS = {name: f"{name}-password" for name in NAMES}
PORTS = {"postgres": 1111, "valkey": 2222}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no servers."""
    for name in (*OWN_NAMES, *PRIVILEGED):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_every_account_has_its_own_url() -> None:
    where = "127.0.0.1:1111/parley"
    assert embedded_urls(SECRETS, PORTS) == {
        "DATABASE_URL": f"postgres://parley_app:app-password@{where}",
        "OWNER_DATABASE_URL": f"postgres://parley_owner:owner-password@{where}",
        "SWEEPER_DATABASE_URL": f"postgres://parley_sweeper:sweeper-password@{where}",
        "BACKUP_DATABASE_URL": f"postgres://parley_backup:backup-password@{where}",
        "ADMIN_DATABASE_URL": "postgres://postgres:superuser-password@127.0.0.1:1111/postgres",
        "REDIS_URL": "redis://:broker-password@127.0.0.1:2222/0",
    }


def test_the_app_gets_its_own_account_and_no_other(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("OWNER_DATABASE_URL", "postgres://from-the-shell")
    urls = embedded_urls(SECRETS, PORTS)
    environment = application_environment(Path("/srv/data"), urls, "key", 8000, demo=True)
    assert not set(environment) & set(PRIVILEGED)
    assert environment["DATABASE_URL"] == urls["DATABASE_URL"]
    assert environment["PARLEY_URL"] == "http://127.0.0.1:8000"
    assert environment["PARLEY_DEMO"] == "1"


def test_named_accounts_are_added() -> None:
    urls = {"OWNER_DATABASE_URL": "o", "SWEEPER_DATABASE_URL": "s"}
    assert with_accounts({"A": "1"}, urls, "SWEEPER_DATABASE_URL", "BACKUP_DATABASE_URL") == {
        "A": "1",
        "SWEEPER_DATABASE_URL": "s",
    }


def test_a_database_of_one_s_own_needs_its_other_accounts(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("DATABASE_URL", "postgres://app@db/parley")
    message = "DATABASE_URL is set, so OWNER_DATABASE_URL and SWEEPER_DATABASE_URL must be too"
    with pytest.raises(LauncherError, match=message):
        own_servers()


def test_a_broker_of_one_s_own_needs_nothing_else(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("REDIS_URL", "redis://broker/0")
    bare.setenv("OWNER_DATABASE_URL", "postgres://left-over")
    assert own_servers() == {"REDIS_URL": "redis://broker/0"}


def test_passwords_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    first = credentials(tmp_path)
    assert credentials(tmp_path) == first
    assert set(first) == set(NAMES)
    assert len(set(first.values())) == len(NAMES)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
