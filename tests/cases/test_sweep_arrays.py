"""What a batch says to PostgreSQL arrives as it was meant, and an id is made once."""

import gc
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from cases.sweep.arrays import array, arrays
from cases.sweep.ids import keep_ids
from cases.sweep.run import uncollected

ONE, TWO = UUID(int=1), UUID("0198a5b0-1234-7abc-8def-0123456789ab")
AT = datetime(2026, 11, 25, 9, 0, 0, 123456, tzinfo=UTC)
TEXTS = ["", "NULL", "null", ' a "b" ', "back\\slash", "{a,b}", "two\nlines", "it's", "Müller 李明"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("uuid", [ONE, None, TWO]),
        ("text", [*TEXTS, None]),
        ("int", [0, -5, None, 2_000_000_000]),
        ("bool", [True, False, None]),
        ("timestamptz", [AT, None]),
        ("text", []),
    ],
)
def test_an_array_holds_what_was_put_in(kind: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT v FROM unnest(%s::{kind}[]) AS v", [array(values)])
        assert [row[0] for row in cursor.fetchall()] == values


@pytest.mark.django_db
def test_an_array_inside_an_array_stays_whole() -> None:
    columns = arrays([(ONE, array((50, 75, 90))), (TWO, array(()))], 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kept::int[] FROM unnest(%s::uuid[], %s::text[]) AS v (id, kept)", columns
        )
        assert cursor.fetchall() == [(ONE, [50, 75, 90]), (TWO, [])]


def test_no_rows_are_as_many_empty_columns() -> None:
    assert arrays([], 3) == ["{}", "{}", "{}"]


@pytest.mark.django_db
def test_an_id_is_the_same_object_in_every_row() -> None:
    with connection.cursor() as cursor:
        keep_ids(cursor)
        cursor.execute(
            "SELECT v, ARRAY[v], NULL::uuid FROM unnest(%s::uuid[]) AS v", [array([TWO, ONE, TWO])]
        )
        (first, inside, nothing), (other, *_), (again, *_) = cursor.fetchall()
    assert (first, other, inside, nothing) == (TWO, ONE, [TWO], None)
    assert first is again
    assert first is inside[0]


@pytest.mark.parametrize("enabled", [True, False])
def test_a_batch_leaves_the_collector_as_it_was(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    try:
        with suppress(ZeroDivisionError), uncollected():
            assert not gc.isenabled()
            _ = 1 / 0
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
