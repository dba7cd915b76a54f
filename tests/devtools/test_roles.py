"""The roles' SQL: repeatable, in the right order, as narrow as it is meant to be."""

import os
import subprocess
from pathlib import Path

import psycopg2
import pytest

from devtools.accounts import database_account, reachable_programs
from devtools.bootstrap import inside_venv
from devtools.places import ROOT
from devtools.roles import URL_NAMES, make_role, quoted, role_statements, script
from devtools.servers import urls_of
from devtools.slots import MARK


def test_a_quote_in_a_password_stays_a_quote() -> None:
    assert quoted("o'clock") == "'o''clock'"


def test_a_role_begins_with_the_least() -> None:
    assert make_role("parley_app").endswith(
        "CREATE ROLE parley_app NOLOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE "
        "NOBYPASSRLS; END IF; END $$;"
    )


def test_the_app_does_not_inherit_before_it_becomes_a_member() -> None:
    statements = role_statements({})
    made = statements.index(make_role("parley_app"))
    assert made < statements.index("ALTER ROLE parley_app LOGIN NOINHERIT;")
    assert made < statements.index("GRANT parley_portal TO parley_app;")


def test_it_runs_on_postgresql_15() -> None:
    assert "WITH INHERIT" not in script()


@pytest.fixture
def admin_url() -> str:
    """The superuser of this run's own server."""
    if MARK not in os.environ:
        pytest.skip(reason="the servers were brought; their superuser is not ours to use")
    return urls_of(Path(os.environ[MARK]))["ADMIN_DATABASE_URL"]


def test_applying_twice_changes_nothing(admin_url: str) -> None:
    environment = {**os.environ, "ADMIN_DATABASE_URL": admin_url}
    before = granted(admin_url)
    for _ in range(2):
        done = subprocess.run(
            inside_venv("-m", "devtools.roles"),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert granted(admin_url) == before


def granted(url: str) -> dict[str, set[str]]:
    """Return which of our roles is a member of which."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT member.rolname, granted.rolname FROM pg_auth_members "
                "JOIN pg_roles member ON member.oid = pg_auth_members.member "
                "JOIN pg_roles granted ON granted.oid = pg_auth_members.roleid "
                "WHERE member.rolname LIKE 'parley\\_%'"
            )
            found: dict[str, set[str]] = {}
            for member, role in cursor:
                found.setdefault(member, set()).add(role)
            return found
    finally:
        connection.close()


def test_memberships_are_these_and_no_others(admin_url: str) -> None:
    assert granted(admin_url) == {
        "parley_app": {"parley_portal"},
        "parley_owner": {"parley_search"},
        "parley_sweeper": {"parley_relay", "parley_auditor", "parley_sealer"},
    }


def test_the_printed_script_runs_in_psql(admin_url: str) -> None:
    text = script()
    for role in ("parley_owner", "parley_app", "parley_sweeper", "parley_backup"):
        # Back to what the run's own programs know, or they could not connect any more.
        text = text.replace(f"<password of {role}>", password_of(role))
    psql = reachable_programs(database_account()) / "psql"
    words = [str(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", admin_url]
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "ERROR" not in done.stderr


def password_of(role: str) -> str:
    """Return the password that the environment holds for a role."""
    for name in URL_NAMES.values():
        user, _, rest = os.environ[name].partition("//")[2].partition(":")
        if user == role:
            return rest.partition("@")[0]
    raise KeyError(role)


def test_no_address_and_no_account_is_trusted(admin_url: str) -> None:
    connection = psycopg2.connect(admin_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT type, address, auth_method FROM pg_hba_file_rules")
            assert cursor.fetchall() == [("host", "127.0.0.1", "scram-sha-256")]
    finally:
        connection.close()


def test_a_wrong_password_is_refused(admin_url: str) -> None:
    wrong = os.environ["DATABASE_URL"].replace(password_of("parley_app"), "wrong")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(wrong)
