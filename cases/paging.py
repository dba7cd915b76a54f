"""Pages of a list on a screen by keyset: as fast deep in the list as at its beginning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
PAGE = 50
MOST_COUNTED = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list begins: after or before one row, by its sort key."""

    at: datetime
    id: UUID
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list, and where its neighbours begin."""

    rows: Sequence[Row]
    next: Place | None = None
    previous: Place | None = None


def bounded(rows: "QuerySet[Row]") -> int:
    """Count up to a bound: an exact count of a long list costs more than it tells."""
    return rows[: MOST_COUNTED + 1].count()


def tab(label: str, count: int, url: str, *, current: bool) -> dict[str, Any]:
    """Return the way to one of several lists, with how many stand there, counted up to a bound."""
    return {
        "label": label,
        "count": min(count, MOST_COUNTED),
        "count_capped": count > MOST_COUNTED,
        "url": url,
        "current": current,
    }


def beyond(key: str, place: Place, *, down: bool) -> Q:
    """Return the condition under which a row stands beyond a place, in the order of `key`."""
    word = "lt" if down else "gt"
    same = Q(**{key: place.at, f"id__{word}": place.id})
    # The first condition alone bounds the index; the second settles ties.
    return Q(**{f"{key}__{word}e": place.at}) & (Q(**{f"{key}__{word}": place.at}) | same)


def paged(
    rows: "QuerySet[Row]", key: str, place: Place | None, *, latest_first: bool = False
) -> Page[Row]:
    """Return a page of rows, in the order of a key."""
    down = latest_first != (place is not None and place.backwards)
    if place is not None:
        rows = rows.filter(beyond(key, place, down=down))
    sign = "-" if down else ""
    return _page(list(rows.order_by(f"{sign}{key}", f"{sign}id")[: PAGE + 1]), key, place)


def _page(found: Sequence[Row], key: str, place: Place | None) -> Page[Row]:
    """Return the page of the rows that were read, and one more: backwards where the place is."""
    backwards, more, rows = place is not None and place.backwards, len(found) > PAGE, found[:PAGE]
    if backwards:
        rows = list(reversed(rows))
    ahead, behind = (place is not None, more) if backwards else (more, place is not None)
    return Page(
        rows,
        Place(getattr(rows[-1], key), rows[-1].pk) if rows and ahead else None,
        Place(getattr(rows[0], key), rows[0].pk, backwards=True) if rows and behind else None,
    )
