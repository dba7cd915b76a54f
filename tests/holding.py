"""A second connection that holds what the first one needs, and a first one that does not wait."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.factories import World

CASE = "SELECT FROM cases_case WHERE id = %s FOR UPDATE"
CLOCKS = "SELECT FROM cases_clock WHERE case_id = %s FOR UPDATE"
WAITS = """SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"""


@contextmanager
def holding(world: World, statement: str, *parameters: Any) -> Iterator[BaseDatabaseWrapper]:
    """Carry a statement out on a connection of its own, in a transaction that ends, undone, with
    the block."""
    other = connection.copy()
    try:
        with world.scope():
            other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(statement, parameters)
        yield other
    finally:
        other.close()


@contextmanager
def impatient(limit: str) -> Iterator[None]:
    """Let the statements of this connection take a fifth of a second: to get a lock
    (`lock_timeout`), or at all (`statement_timeout`)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET {limit} = '200ms'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"RESET {limit}")


def until_somebody_waits(other: BaseDatabaseWrapper) -> None:
    """Return once a connection waits for what this one holds."""
    with other.cursor() as cursor:
        for _ in range(1000):
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")
