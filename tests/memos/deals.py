"""Vendors whose levels may concede something, and every verb of a concession."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cases.models import Case, Clock, ClockKind
from journal.models import Event
from ladder.models import Level, Seat
from memos.actions import concession as verbs
from memos.models import Concession
from memos.terms import Ask
from tenants.models import Membership, Role
from tests.factories import OPENED, World, make_person

HOUR = timedelta(hours=1)
ASKED = OPENED + HOUR
LATER = OPENED + 2 * HOUR
MANAGER = ["lead", "protection", "service_credit"]
REGION = [*MANAGER, "fee", "price_5_points"]
SPONSOR = [*REGION, "terms", "price_15_points"]
REASON = "The lead was theirs, and we gave it away."


def empower(world: World) -> World:
    """Let Tom concede up to 5,000, Petra 25,000, Marianne 150,000; above them a board, for
    concessions only, held by Ada; Olga is staff without a seat."""
    for name in ("ada", "olga"):
        make_person(world, name, Role.STAFF)
    assert world.ladder is not None
    board = Level.objects.create(
        tenant=world.tenant,
        ladder=world.ladder,
        position=4,
        name="Board",
        response_window="PT4H",
        decision_window="PT16H",
        concessions_only=True,
        authority_kinds=SPONSOR,
    )
    Seat.objects.create(tenant=world.tenant, level=board, user=world["ada"].user)
    allowed = ((MANAGER, 5_000), (REGION, 25_000), (SPONSOR, 150_000))
    for level, (kinds, amount) in zip(world.levels, allowed, strict=True):
        level.authority_kinds, level.authority_amount = kinds, Decimal(amount)
        level.save()
    world.levels.append(board)
    return world


def seat(world: World, position: int, **changes: Any) -> None:
    """Change who holds a level."""
    Seat.objects.filter(level=world.levels[position - 1]).update(**changes)


def ask(
    world: World,
    case: Case,
    *,
    by: str = "tom",
    at: datetime = ASKED,
    kind: str = "fee",
    amount: str = "3000",
    currency: str = "EUR",
    percent: str | None = None,
    partner: str = "alpenwerk",
    reason: str = REASON,
    condition: str = "",
) -> Concession:
    """Ask for a concession as a person of the vendor's."""
    return verbs.request_concession(
        case,
        Ask(kind, amount, currency, percent),
        by=world[by],
        at=at,
        partner_id=world.partners[partner].pk,
        reason=reason,
        condition=condition,
    )


def change(
    world: World, concession: Concession, *, by: str | Membership = "tom", **asked: Any
) -> Concession:
    """Ask again, for something else."""
    wanted = {"kind": concession.kind, "amount": "4000", "currency": "EUR", "percent": None}
    at = asked.pop("at", LATER)
    return verbs.change_concession(
        concession, Ask(**(wanted | asked)), by=member(world, by), at=at, reason="It is more."
    )


def decide(
    world: World, concession: Concession, verdict: str = "approve", **facts: Any
) -> Concession:
    """Decide as Petra, unless told otherwise; return the request as it stands then."""
    by = member(world, facts.pop("by", "petra"))
    at = facts.pop("at", LATER)
    reason = facts.pop("reason", "It is fair.")
    verbs.decide_concession(concession, by=by, at=at, verdict=verdict, reason=reason, **facts)
    return again(concession)


def member(world: World, who: str | Membership) -> Membership:
    """Return a person by first name."""
    return world[who] if isinstance(who, str) else who


def again(concession: Concession) -> Concession:
    """Read a request anew."""
    return Concession.objects.select_related("case").get(pk=concession.pk)


def events(case: Case) -> list[Event]:
    """Return what happened about concessions."""
    found = Event.objects.filter(case_id=case.pk, kind__startswith="concession.")
    return list(found.order_by("at", "id"))


def approvals(concession: Concession) -> list[Clock]:
    """Return the clocks of who was asked, in order."""
    clocks = Clock.objects.filter(subject=concession.pk, kind=ClockKind.APPROVAL)
    return list(clocks.select_related("owner", "level").order_by("anchor", "id"))


def asked(concession: Concession) -> tuple[str, int]:
    """Return who is asked now, and on which level."""
    clock = approvals(concession)[-1]
    assert clock.owner is not None
    assert clock.level is not None
    return clock.owner.name, clock.level.position
