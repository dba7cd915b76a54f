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
    # Most values are ids. Their form is written out here, because calling costs more than it does.
    written = [f"{v.int:032x}" if type(v) is UUID else element(v) for v in values]
    return "{" + ",".join(written) + "}"


def element(value: Any) -> str:
    """Return a value other than an id as it stands in an array; a text always in quotes."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
