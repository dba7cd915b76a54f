"""Rows into tables, as fast as PostgreSQL takes them.

COPY refuses a table behind forced row security, and a reference checked row by row costs more than
the row. So the owner, in one transaction, lifts the force, takes references and secondary indexes
of the big tables away, copies, and puts back exactly what was there: every reference is checked for
every row then, and nothing is left weaker than the migrations made it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, cast

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

OWNER = "owner"
REFERENCES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
PROTECTED = "SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity"


class Lines:
    """What the driver reads from: the lines of a table, made as they are asked for."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.lines = map(line, rows)
        self.rest = ""

    def read(self, size: int = -1) -> str:
        """Return about as much as is asked for, nothing at the end."""
        parts, length = [self.rest], len(self.rest)
        for text in self.lines:
            parts.append(text)
            length += len(text)
            if length >= size > 0:
                break
        whole = "".join(parts)
        given, self.rest = (whole[:size], whole[size:]) if size > 0 else (whole, "")
        return given


def line(row: Sequence[Any]) -> str:
    """Return a row as COPY reads it. Values hold no tab, line end or backslash."""
    return "\t".join(["\\N" if value is None else str(value) for value in row]) + "\n"


def copy(cursor: CursorWrapper, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Copy rows into a table."""
    lines = cast("IO[str]", Lines(rows))
    cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", lines, 1 << 20)


@contextmanager
def wide_open(tables: list[str]) -> Iterator[CursorWrapper]:
    """Yield the owner's cursor, past row security, with these tables bare; put all back."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        cursor.execute("SET LOCAL statement_timeout = 0")
        forced = _rows(cursor, PROTECTED)
        _alter(cursor, forced, "NO FORCE ROW LEVEL SECURITY")
        references = _rows(cursor, REFERENCES, tables)
        indexes = _rows(cursor, INDEXES, tables)
        for table, name, _ in references:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in references:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        _alter(cursor, forced, "FORCE ROW LEVEL SECURITY")


def _rows(cursor: CursorWrapper, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    cursor.execute(statement, parameters)
    return list(cursor.fetchall())


def _alter(cursor: CursorWrapper, tables: list[tuple[Any, ...]], change: str) -> None:
    for (table,) in tables:
        cursor.execute(f"ALTER TABLE {table} {change}")
