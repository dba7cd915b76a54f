"""Pages by keyset: as fast deep in a list as at its beginning, and never counted."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from tenants.rest.operation import QueryError
from tenants.rest.strict import InstantField, StrictSerializer

Row = TypeVar("Row")
Made = TypeVar("Made", bound=Model)
USUAL, MOST = 50, 200
LONGEST_CURSOR = 500
# By when a row was made, which ids keep, or by when it last changed.
USUAL_ORDER = "-id"
ORDERS = (USUAL_ORDER, "id", "-updated_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: behind the row with these values of the sort key, or before it."""

    order: str
    values: tuple[str, ...]
    backwards: bool = False

    def text(self) -> str:
        """Return the cursor as it stands in an address."""
        said = json.dumps([self.order, list(self.values), self.backwards], separators=(",", ":"))
        return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


class CursorField(serializers.CharField):
    """A cursor as `next` and `previous` name it."""

    default_error_messages = {"broken": "This is no cursor of this list."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_internal_value(self, data: Any) -> Cursor:  # type: ignore[override]
        """Return the place a cursor names; raises `ValidationError`."""
        text = super().to_internal_value(data)
        if len(text) > LONGEST_CURSOR:
            self.fail("broken")
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (ValueError, binascii.Error, RecursionError):
            self.fail("broken")
        if not _is_cursor(found):
            self.fail("broken")
        return Cursor(found[0], tuple(found[1]), found[2])


def _is_cursor(found: object) -> bool:
    if not isinstance(found, list) or [type(part) for part in found] != [str, list, bool]:
        return False
    return all(isinstance(value, str) and "\x00" not in value for value in found[1])


class PageQuery(StrictSerializer):
    """What every list is asked: how much of it, and from where."""

    limit = serializers.IntegerField(
        default=USUAL, min_value=1, max_value=MOST, help_text="How many at most on a page."
    )
    cursor = CursorField(help_text="Where the page begins: from `next` or `previous`.")


class ChangesQuery(PageQuery):
    """What a list is asked besides whose rows change after they were made."""

    ordering = serializers.ChoiceField(
        ORDERS, required=False, help_text=f"{USUAL_ORDER} unless said: the latest made first."
    )
    updated_since = InstantField(required=False)


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """One page of rows, and where its neighbours begin. Where words may be searched, `cut` says
    that the search has left matches out."""

    rows: Sequence[Row]
    next: Cursor | None = None
    previous: Cursor | None = None
    cut: bool | None = None


def cut(
    found: Sequence[Row],
    limit: int,
    begin: Cursor | None,
    order: str,
    key: Callable[[Row], tuple[str, ...]],
) -> Slice[Row]:
    """Return the page that begins at a cursor: `found` are up to `limit` + 1 rows, in the order in
    which they were read, which runs backwards where the cursor does."""
    backwards = begin is not None and begin.backwards
    more, rows = len(found) > limit, list(found[:limit])
    if backwards:
        rows.reverse()
    ahead, behind = (True, more) if backwards else (more, begin is not None)
    return Slice(
        rows,
        Cursor(order, key(rows[-1])) if rows and ahead else None,
        Cursor(order, key(rows[0]), backwards=True) if rows and behind else None,
    )


def check_order(begin: Cursor | None, order: str, kinds: Sequence[Callable[[str], object]]) -> None:
    """Refuse a cursor of another list, or of another order of this one. Its values are as they were
    written: the database reads fewer forms of an instant or an id than Python does."""
    if begin is None:
        return
    try:
        if begin.order == order and len(begin.values) == len(kinds):
            read = [kind(value) for kind, value in zip(kinds, begin.values, strict=True)]
            if begin.values == tuple(map(written, read)):
                return
    except (ValueError, OverflowError):
        pass
    raise QueryError({"cursor": [_("This is no cursor of this list.")]})


def written(value: object) -> str:
    """Return a value of a sort key as cursors have it."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def instant(text: str) -> datetime:
    """Return an instant in UTC; `ValueError` for any other."""
    found = datetime.fromisoformat(text)
    if found.utcoffset() != timedelta(0):
        raise ValueError(text)
    return found


def page_by_id(rows: "QuerySet[Made]", asked: Mapping[str, Any], order: str = "id") -> Slice[Made]:
    """Return a page of rows in the order in which they were made, which their ids keep; `-id` is
    the latest first."""
    begin, limit = asked.get("cursor"), asked["limit"]
    check_order(begin, order, [UUID])
    down = (order == "-id") != (begin is not None and begin.backwards)
    if begin is not None:
        rows = rows.filter(**{"id__lt" if down else "id__gt": begin.values[0]})
    found = list(rows.order_by("-id" if down else "id")[: limit + 1])
    return cut(found, limit, begin, order, lambda row: (str(row.pk),))


def page_by_change(rows: "QuerySet[Made]", asked: Mapping[str, Any], column: str) -> Slice[Made]:
    """Return a page in the order that was asked for (`ORDERS`), of the rows that changed since an
    instant where one was named; `column` says when a row last changed."""
    order = asked.get("ordering", USUAL_ORDER)
    if "updated_since" in asked:
        rows = rows.filter(**{f"{column}__gte": asked["updated_since"]})
    if order.endswith("updated_at"):
        return page_by_instant(rows, asked, order, column)
    return page_by_id(rows, asked, order)


def page_by_instant(
    rows: "QuerySet[Any]", asked: Mapping[str, Any], order: str, column: str, *texts: str
) -> Slice[Any]:
    """Return a page of rows, or of their values, in the order of an instant, where it is the same
    of some texts, and of the ids; an `order` that begins with `-` has the latest first."""
    begin, limit, key = asked.get("cursor"), asked["limit"], (column, *texts, "id")
    check_order(begin, order, [instant, *(str for _text in texts), UUID])
    down = order.startswith("-") != (begin is not None and begin.backwards)
    if begin is not None:
        rows = rows.filter(beyond(key, begin.values, "lt" if down else "gt"))
    found = list(rows.order_by(*(f"-{name}" if down else name for name in key))[: limit + 1])

    def place(row: Any) -> tuple[str, ...]:
        values = row if isinstance(row, dict) else vars(row)
        return tuple(written(values[name]) for name in key)

    return cut(found, limit, begin, order, place)


def beyond(key: Sequence[str], values: Sequence[str], word: str) -> Q:
    """Return the condition under which a row stands beyond a place; `word` says on which side."""
    found, same = Q(), Q()
    for name, value in zip(key, values, strict=True):
        found |= same & Q(**{f"{name}__{word}": value})
        same &= Q(**{name: value})
    # This alone bounds the index; the rest settles ties.
    return Q(**{f"{key[0]}__{word}e": values[0]}) & found


def answer(request: Request, page: Slice[Any], results: Sequence[Any]) -> dict[str, Any]:
    """Return a page as it is sent."""
    return {
        "results": list(results),
        "next": address(request, page.next),
        "previous": address(request, page.previous),
        **({} if page.cut is None else {"cut": page.cut}),
    }


def address(request: Request, cursor: Cursor | None) -> str | None:
    """Return the address of a neighbouring page, which keeps what was asked for."""
    if cursor is None:
        return None
    kept = {name: value for name, value in request.query_params.items() if name != "cursor"}
    return request.build_absolute_uri(
        f"{request.path}?{urlencode({**kept, 'cursor': cursor.text()})}"
    )
