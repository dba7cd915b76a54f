"""Columns of a batch in PostgreSQL's own notation for arrays.

A column is one text, which the server reads in one go. As a list of constants, which is what the
driver makes of a Python list, it costs both sides about as much as writing the rows.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID


def arrays(rows: Iterable[tuple[Any, ...]], width: int) -> list[str]:
    """Turn rows into one array a column, as `unnest` takes them."""
    columns = list(zip(*rows, strict=True)) or [()] * width
    return [array(column) for column in columns]


def array(values: Iterable[Any]) -> str:
    """Return an array of ids, numbers, instants, texts and nothing."""
    return "{" + ",".join([element(value) for value in values]) + "}"


def element(value: Any) -> str:
    """Return one value as it stands in an array; a text always in quotes."""
    if value is None:
        return "NULL"
    if isinstance(value, UUID):
        return f"{value.int:032x}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
