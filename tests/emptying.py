"""How the database is emptied after a test that commits.

Django truncates every table and makes types and permissions anew: a fifth of a second, six hundred
times. Here the rows go and the types stay. The rules that forbid to delete are the product's, so
that on the suite's own server its superuser does it; on servers that somebody brought Django does.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.test import TransactionTestCase

from devtools.credentials import credentials
from devtools.slots import MARK

# What migrations and Django write once, and no test changes.
KEPT = ("django_migrations", "django_content_type", "auth_permission")
# So often the tables are truncated all the same: deleted rows take room that is read again.
EVERY = 20


class Rows:
    """The superuser's connection to one test database, and the statement that empties it."""

    def __init__(self) -> None:
        account = connection.settings_dict
        self.connection: Any = psycopg2.connect(
            host=account["HOST"],
            port=account["PORT"],
            dbname=account["NAME"],
            user="postgres",
            password=credentials(Path(os.environ[MARK]))["superuser"],
        )
        self.connection.autocommit = True
        names = [name for name in connection.introspection.table_names() if name not in KEPT]
        tables = [f'"{name}"' for name in names]
        whole = ", ".join(tables)
        self.truncating = f"TRUNCATE {whole}"
        # Neither triggers nor references are asked: all of it goes. A request that is still being
        # answered would write its rows afterwards, hence the lock, which truncating takes itself.
        self.deleting = ";".join(
            [
                "BEGIN",
                "SET LOCAL session_replication_role = replica",
                f"LOCK TABLE {whole} IN EXCLUSIVE MODE",
                *(f"DELETE FROM {table}" for table in tables),
                "COMMIT",
            ]
        )
        self.emptied = 0

    def empty(self) -> None:
        """Delete every row that a test may have written."""
        self.emptied += 1
        often = self.emptied % EVERY
        with self.connection.cursor() as cursor:
            cursor.execute(self.deleting if often else self.truncating)


def is_own_server() -> bool:
    """Tell whether the server is one that the suite started, so that its superuser is known."""
    return MARK in os.environ


@contextmanager
def by_rows(rows: Rows | None) -> Iterator[None]:
    """Empty tables by their rows after each test that commits; without them as Django does."""
    if rows is None:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: rows.empty())
        yield
    rows.connection.close()
