"""The database's roles, as SQL that may run any number of times on PostgreSQL 15 to 18.

    python -m devtools.roles    apply them, from ADMIN_DATABASE_URL (a superuser's) and from the
                                accounts in OWNER_, SWEEPER_, BACKUP_ and plain DATABASE_URL
    ./dev roles                 print them for a server of one's own

The app is made NOINHERIT before it becomes a member of the portal: a member that inherits would
fall under the portal's row policies itself, and `WITH INHERIT FALSE` needs PostgreSQL 16.
"""

import os
import sys
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

DATABASE = "parley"
OWNER, APP, SWEEPER, BACKUP = "parley_owner", "parley_app", "parley_sweeper", "parley_backup"
SEARCH = "parley_search"
URL_NAMES = {
    OWNER: "OWNER_DATABASE_URL",
    APP: "DATABASE_URL",
    SWEEPER: "SWEEPER_DATABASE_URL",
    BACKUP: "BACKUP_DATABASE_URL",
}


@dataclass(frozen=True)
class Role:
    """A role, what it may beyond the least, and the roles it may take on with SET ROLE."""

    name: str
    options: str
    may_become: tuple[str, ...] = ()


# In this order: a role is complete before it is granted to another.
# The search role owns two reviewed functions that look past row security and return ids only.
ROLES = (
    Role(SEARCH, "NOLOGIN BYPASSRLS"),
    # Inherits: before PostgreSQL 16 it owns the schema only as heir of the database's owner.
    Role(OWNER, "LOGIN CREATEDB INHERIT", (SEARCH,)),
    Role(APP, "LOGIN NOINHERIT", ("parley_portal",)),
    Role(SWEEPER, "LOGIN NOINHERIT", ("parley_relay", "parley_auditor", "parley_sealer")),
    Role(BACKUP, "LOGIN BYPASSRLS"),
)
LEAST = "NOLOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"


def logins() -> list[str]:
    """Return the roles that connect, and so have a password."""
    return [role.name for role in ROLES if "LOGIN" in role.options.split()]


def quoted(text: str) -> str:
    """Return an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def make_role(name: str) -> str:
    """Return SQL that makes a role with the least it can have, unless it is there."""
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') "
        f"THEN CREATE ROLE {name} {LEAST}; END IF; END $$;"
    )


def role_statements(passwords: dict[str, str]) -> list[str]:
    """Return the statements for all roles; a role without a password here keeps the one it has."""
    statements = []
    for role in ROLES:
        statements.append(make_role(role.name))
        password = passwords.get(role.name)
        word = f" PASSWORD {quoted(password)}" if password else ""
        statements.append(f"ALTER ROLE {role.name} {role.options}{word};")
        for other in role.may_become:
            statements += [make_role(other), f"GRANT {other} TO {role.name};"]
    return statements


def database_statements(database: str) -> list[str]:
    """Return the statements that close the database to everyone but these roles."""
    return [
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC;",
        f"GRANT CONNECT ON DATABASE {database} TO {', '.join(logins())};",
    ]


def script() -> str:
    """Return everything as one psql script, with places for the passwords."""
    passwords = {name: f"<password of {name}>" for name in logins()}
    create = f"CREATE DATABASE {DATABASE} OWNER {OWNER} ENCODING ''UTF8'' TEMPLATE template0"
    return "\n".join(
        [
            "-- Run with psql as a superuser, after putting passwords in; it may run again.",
            *role_statements(passwords),
            f"SELECT '{create}'",
            f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec",
            *database_statements(DATABASE),
            "",
        ]
    )


def apply() -> None:
    """Make roles and database on the server of ADMIN_DATABASE_URL.

    Raises KeyError for a missing variable and psycopg2's errors.
    """
    import psycopg2  # noqa: PLC0415 - the launcher itself runs without installed packages

    urls = {
        role: urlsplit(os.environ[name]) for role, name in URL_NAMES.items() if name in os.environ
    }
    database = urls[APP].path.lstrip("/")
    passwords = {role: unquote(url.password or "") for role, url in urls.items()}
    connection = psycopg2.connect(os.environ["ADMIN_DATABASE_URL"])
    connection.autocommit = True  # CREATE DATABASE refuses to run in a transaction
    with connection.cursor() as cursor:
        for statement in role_statements(passwords):
            cursor.execute(statement)
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [database])
        if cursor.rowcount == 0:
            cursor.execute(
                f"CREATE DATABASE \"{database}\" OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0"
            )
        for statement in database_statements(f'"{database}"'):
            cursor.execute(statement)
    connection.close()


if __name__ == "__main__":
    missing = [
        name for name in ("ADMIN_DATABASE_URL", *URL_NAMES.values()) if name not in os.environ
    ]
    if set(missing) - {"BACKUP_DATABASE_URL"}:
        sys.exit(f"roles: set {', '.join(missing)}")
    apply()
