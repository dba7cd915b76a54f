"""Reads for partners, as the portal's database role: what is not granted is not named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import IntegerField, Q, QuerySet, Value, When

from cases.models import OPEN, Case, Message, Party
from partners.models import Partner
from tenants.models import User

PAGE = 50
COLUMNS = (
    *("id", "number", "title", "status", "outcome", "owner_id"),
    *("due_at", "due_kind", "due_missed", "opened_at"),
)


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case as its partner sees it; `owner_name` is empty where nobody has it."""

    id: UUID
    number: str
    title: str
    status: str
    outcome: str
    owner_name: str
    due_at: datetime | None
    due_kind: str
    due_missed: bool
    opened_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether the vendor still owes something."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list begins: after or before one row, by its sort key. `over` is 1 for
    what is over, 0 for what is open."""

    over: int
    at: datetime
    id: UUID
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and where its neighbours begin."""

    cases: list[OwnCase]
    next: Place | None = None
    previous: Place | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text meant for the partner; `author` is empty where it may not be named."""

    id: UUID
    kind: str
    author: str
    body: str
    at: datetime


def of_partner(partner_id: UUID) -> QuerySet[Case]:
    """Return the cases a partner has a part in.

    The wall says the same of each row it is asked for; said here too, only these are asked for.
    """
    return Case.objects.filter(pk__in=Party.objects.filter(partner_id=partner_id).values("case_id"))


def own_cases(partner_id: UUID, place: Place | None = None) -> Page:
    """Return a page of a partner's cases by keyset: open ones first, of each the latest first."""
    over = Choose(
        When(status__in=OPEN, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    cases = of_partner(partner_id).annotate(over=over)
    backwards = place is not None and place.backwards
    if place is not None:
        cases = cases.filter(_beyond(place))
    order = ("-over", "opened_at", "id") if backwards else ("over", "-opened_at", "-id")
    rows = list(cases.order_by(*order).values(*COLUMNS, "over")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    ahead, behind = (place is not None, more) if backwards else (more, place is not None)
    return Page(
        shown(rows),
        _place(rows[-1]) if rows and ahead else None,
        _place(rows[0], backwards=True) if rows and behind else None,
    )


def _beyond(place: Place) -> Q:
    group, word = ("lt", "gt") if place.backwards else ("gt", "lt")
    same_instant = Q(opened_at=place.at, **{f"id__{word}": place.id})
    later = Q(over=place.over) & (Q(**{f"opened_at__{word}": place.at}) | same_instant)
    return Q(**{f"over__{group}": place.over}) | later


def _place(row: Mapping[str, Any], *, backwards: bool = False) -> Place:
    return Place(row["over"], row["opened_at"], row["id"], backwards)


def own_case(partner_id: UUID, case_id: UUID) -> OwnCase | None:
    """Return a case of a partner's, None whether it is missing or another's."""
    rows = of_partner(partner_id).filter(pk=case_id).values(*COLUMNS)
    return next(iter(shown(list(rows))), None)


def shown(rows: list[dict[str, Any]]) -> list[OwnCase]:
    """Return rows with their owners' names; as many queries for fifty as for one."""
    names = names_of({row["owner_id"] for row in rows if row["owner_id"]})
    kept = [name for name in COLUMNS if name != "owner_id"]
    return [
        OwnCase(owner_name=names.get(row["owner_id"], ""), **{name: row[name] for name in kept})
        for row in rows
    ]


def shared_texts(
    partner_id: UUID, case_id: UUID, before: tuple[datetime, UUID] | None = None
) -> tuple[list[Text], bool]:
    """Return a page of a case's texts meant for all parties or for this one, the latest first,
    and whether there are older ones."""
    meant = Q(audience="parties") | Q(audience="party", partner_id=partner_id)
    texts = Message.objects.filter(meant, case_id=case_id)
    if before is not None:
        at, ident = before
        texts = texts.filter(Q(at__lt=at) | Q(at=at, id__lt=ident))
    columns = ("id", "kind", "author_id", "body", "at")
    rows = list(texts.order_by("-at", "-id").values_list(*columns)[: PAGE + 1])
    names = names_of({author for _, _, author, _, _ in rows if author})
    found = [
        Text(ident, kind, names.get(author, ""), body, at)
        for ident, kind, author, body, at in rows[:PAGE]
    ]
    return found, len(rows) > PAGE


def names_of(ids: set[UUID]) -> dict[UUID, str]:
    """Return names of the vendor's people; the portal's role cannot read more of them."""
    return dict(User.objects.filter(pk__in=ids).values_list("id", "name")) if ids else {}


def company(partner_id: UUID) -> dict[str, str]:
    """Return the partner in force."""
    found = Partner.objects.only("name", "slug").get(pk=partner_id)
    return {"name": found.name, "slug": found.slug}
