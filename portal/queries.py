"""Reads for partners, as the portal's database role: what is not granted is not named."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from cases.models import (
    OF_A_PARTY,
    OPEN,
    Assignment,
    Case,
    Clock,
    ClockKind,
    Message,
    MessageKind,
    Party,
    PartyRole,
    Pause,
)
from cases.transitions import ALLOWED
from journal.models import Audience
from partners.models import Contact, Partner
from portal.dues import Due, dues_of
from tenants.models import Membership, Role, User

PAGE = 50
MOST_COUNTED = 99
COLUMNS = (
    *("id", "number", "status", "outcome", "owner_id", "assignment_id", "cycle"),
    *("opened_at", "resolved_at", "closed_at"),
)
# Read to find the rest, and not shown.
KEYS = frozenset({"owner_id", "assignment_id", "cycle"})
PART = ("title", "role", "asked_at")
# A part, and the owner's name as far as the portal may know it, read with their case.
WITH_PART = (
    *(f"parties__{name}" for name in (*PART, "joined_at")),
    *("parties__partner__name", "owner__name"),
)


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case as its partner sees it: under its own title, in its own role. `owner_name` is empty
    where nobody has it; `asked_at` is since when the vendor waits for the partner's answer."""

    id: UUID
    number: str
    title: str
    role: str
    status: str
    outcome: str
    owner_name: str
    due_at: datetime | None
    due_kind: str
    due_missed: bool
    opened_at: datetime
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    asked_at: datetime | None = None
    due_clock: UUID | None = None

    @property
    def is_open(self) -> bool:
        """Whether the vendor still owes something."""
        return self.status in OPEN

    @property
    def needs_answer(self) -> bool:
        """Whether it is the partner's turn to write, and it still can."""
        return self.asked_at is not None and self.status in ALLOWED["message"]

    @property
    def is_own(self) -> bool:
        """Whether it was the partner that raised it."""
        return self.role == PartyRole.COMPLAINANT


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
    """A text the partner reads. `side` is who wrote it: `vendor`, `own` (somebody of the partner's)
    or nobody's, where that may not be told; `author` is empty where it may not be named."""

    id: UUID
    kind: str
    author_id: UUID | None
    author: str
    side: str
    audience: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """Who had a case, and how that ended; `until` is empty for who has it."""

    name: str
    since: datetime
    until: datetime | None
    end: str


def of_partner(partner_id: UUID) -> QuerySet[Case]:
    """Return the cases a partner has a part in.

    The wall says the same of each row it is asked for; said here too, only these are asked for.
    """
    return Case.objects.filter(pk__in=Party.objects.filter(partner_id=partner_id).values("case_id"))


def with_parts(partner_id: UUID) -> QuerySet[Case]:
    """Return the cases a partner has a part in, to be read with `WITH_PART` in one query."""
    return Case.objects.filter(parties__partner_id=partner_id)


def asked_of(partner_id: UUID) -> QuerySet[Party]:
    """Return a partner's parts in cases that wait for its answer."""
    asked = Party.objects.filter(partner_id=partner_id, asked_at__isnull=False)
    return asked.filter(case__status__in=ALLOWED["message"])


def count_asked(partner_id: UUID) -> int:
    """Return how many cases wait for a partner's answer, at most one more than `MOST_COUNTED`."""
    return asked_of(partner_id)[: MOST_COUNTED + 1].count()


def own_cases(partner_id: UUID, place: Place | None = None, *, asked: bool = False) -> Page:
    """Return a page of a partner's cases by keyset: open ones first, of each the latest first.
    `asked` leaves only those that wait for the partner's answer."""
    over = Choose(
        When(status__in=OPEN, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    cases = with_parts(partner_id).annotate(over=over)
    if asked:
        cases = cases.filter(pk__in=asked_of(partner_id).values("case_id"))
    backwards = place is not None and place.backwards
    if place is not None:
        cases = cases.filter(_beyond(place))
    order = ("-over", "opened_at", "id") if backwards else ("over", "-opened_at", "-id")
    rows = list(cases.order_by(*order).values(*COLUMNS, *WITH_PART, "over")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    ahead, behind = (place is not None, more) if backwards else (more, place is not None)
    return Page(
        told(rows, dues_of(rows)),
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
    rows = list(with_parts(partner_id).filter(pk=case_id).values(*COLUMNS, *WITH_PART))
    return next(iter(told(rows, dues_of(rows))), None)


def told(rows: Sequence[Mapping[str, Any]], dues: Mapping[UUID, Due]) -> list[OwnCase]:
    """Return rows, read with `WITH_PART`, as their partner sees them: under its own titles, with
    the owners' names and what is due next."""
    kept = [name for name in COLUMNS if name not in KEYS]
    return [
        OwnCase(
            owner_name=row["owner__name"] or "",
            **asdict(dues.get(row["id"], Due())),
            **{name: row[name] for name in kept},
            **{name: row[f"parties__{name}"] for name in PART},
        )
        for row in rows
    ]


def joined_at(partner_id: UUID, case_id: UUID) -> datetime | None:
    """Return when a partner got its part in a case, where that was later than the case began."""
    own = Party.objects.filter(partner_id=partner_id, case_id=case_id)
    return own.values_list("joined_at", flat=True).first()


def own_account(partner_id: UUID, case_id: UUID) -> str:
    """Return what the partner itself told when it logged a case."""
    own = Party.objects.filter(partner_id=partner_id, case_id=case_id)
    return own.values_list("account", flat=True).first() or ""


def turns_of(case_id: UUID) -> list[Turn]:
    """Return who had a case, in order; who has it now comes last."""
    turns = Assignment.objects.filter(case_id=case_id)
    ordered = turns.order_by("started_at", F("ended_at").asc(nulls_last=True), "id")
    rows = list(ordered.values_list("owner_id", "started_at", "ended_at", "end_reason"))
    names = names_of({row[0] for row in rows if row[0]})
    return [
        Turn(names.get(owner_id, "") if owner_id else "", since, until, end)
        for owner_id, since, until, end in rows
    ]


def own_request(partner_id: UUID, case_id: UUID) -> tuple[datetime, datetime, UUID] | None:
    """Return when the partner last asked for the next person without an answer since, by when one
    is due, and the clock that says so."""
    asked = Clock.objects.filter(
        case_id=case_id, kind=ClockKind.REQUEST, subject=partner_id, met_at=None, ended_at=None
    )
    return asked.order_by("-anchor").values_list("anchor", "due_at", "id").first()


def next_update(case_id: UUID) -> tuple[datetime, UUID] | None:
    """Return by when the next update of a case is owed, and its clock; None where none is."""
    owed = Clock.objects.filter(
        case_id=case_id,
        kind=ClockKind.UPDATE,
        cycle=F("case__cycle"),
        met_at=None,
        ended_at=None,
    )
    return owed.order_by("-anchor").values_list("due_at", "id").first()


def pauses_of(partner_id: UUID, case_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return for each case that stands still what it waits for, and until when; not for whom. That
    a party owes something reads who was told so, in the text of that instant."""
    told = Message.objects.filter(
        case_id=OuterRef("case_id"),
        at=OuterRef("started_at"),
        kind=MessageKind.MESSAGE,
        audience=Audience.PARTY,
        partner_id=partner_id,
    )
    lasting = Pause.objects.filter(case_id__in=case_ids, ended_at=None)
    rows = lasting.annotate(told=Exists(told)).values(
        *("case_id", "reason", "started_at", "review_by", "ends_by", "told")
    )
    found = {}
    for row in rows:
        known = row.pop("told") or row["reason"] not in OF_A_PARTY
        found[row.pop("case_id")] = {**row, "reason": row["reason"] if known else None}
    return found


def shared_texts(
    partner_id: UUID, case_id: UUID, before: tuple[datetime, UUID] | None = None
) -> tuple[list[Text], bool]:
    """Return a page of a case's texts meant for all parties or for this one, its own among them,
    the latest first, and whether there are older ones."""
    meant = Q(audience="parties") | Q(audience="party", partner_id=partner_id)
    texts = Message.objects.filter(meant, case_id=case_id)
    if before is not None:
        at, ident = before
        texts = texts.filter(Q(at__lt=at) | Q(at=at, id__lt=ident))
    columns = ("id", "kind", "author_id", "audience", "body", "at")
    rows = list(texts.order_by("-at", "-id").values(*columns)[: PAGE + 1])
    authors = {row["author_id"] for row in rows if row["author_id"]}
    names, sides = names_of(authors), sides_of(partner_id, authors)
    found = [
        Text(
            author=names.get(row["author_id"], ""),
            side=sides.get(row["author_id"], "") if row["author_id"] else "vendor",
            **row,
        )
        for row in rows[:PAGE]
    ]
    return found, len(rows) > PAGE


def sides_of(partner_id: UUID, authors: set[UUID]) -> dict[UUID, str]:
    """Return on whose side each of these people is, as far as the portal may know."""
    staff = Membership.objects.filter(user_id__in=authors, role__in=(Role.ADMIN, Role.STAFF))
    own = Contact.objects.filter(user_id__in=authors, partner_id=partner_id)
    return {
        **dict.fromkeys(staff.values_list("user_id", flat=True), "vendor"),
        **dict.fromkeys(own.values_list("user_id", flat=True), "own"),
    }


def names_of(ids: set[UUID]) -> dict[UUID, str]:
    """Return names of the vendor's people; the portal's role cannot read more of them."""
    return dict(User.objects.filter(pk__in=ids).values_list("id", "name")) if ids else {}


def company(partner_id: UUID) -> dict[str, str]:
    """Return the partner in force."""
    found = Partner.objects.only("name", "slug").get(pk=partner_id)
    return {"name": found.name, "slug": found.slug}
