"""Every due time derived again from what happened, and what differs from what is stored.

What happened is the truth: anchor, target, hours and pauses. A new database of time zones, or rows
that somebody changed, can make a stored due time another one than follows from it. Nothing changes
by itself: looking changes nothing, and repairing a case is an event of it that its owner is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import transaction

from cases import clockwork
from cases.access import lock_case
from cases.engine import face
from cases.facts import ClockFacts
from cases.models import Case, Clock, ClockKind, ClockState
from cases.rules import clock_facts, live_clocks, spans_of
from cases.starting import rerun
from cases.telling import Told, owner_of, say
from ladder.worktime import CalendarError

BATCH = 500
LIVE = (ClockState.RUNNING, ClockState.PAUSED)
# It is given its end, which nothing else says.
GIVEN = ClockKind.PAUSE
# What a case shows of its clocks.
SHOWN = ("due_at", "due_kind", "due_soon_at", "due_missed")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about a case that does not follow from what happened. `clock` is the kind of the
    clock, empty for what the case shows; `derived` is empty where nothing can be derived."""

    case_id: UUID
    number: str
    clock: str
    what: str
    stored: str
    derived: str


def differences() -> Iterator[Difference]:
    """Yield what differs in the cases of the current tenant that still have a clock to run."""
    clocks = Clock.objects.filter(state__in=LIVE).order_by("case_id", "id")
    ids = clocks.values_list("case_id", flat=True).distinct()
    for case_id in ids.iterator(chunk_size=BATCH):
        yield from of_case(Case.objects.select_related("level").get(pk=case_id))


def of_case(case: Case) -> list[Difference]:
    """Return what differs in one case."""
    live, spans = live_clocks(case), spans_of(case.pk, case.cycle)
    stands_still = any(end is None for _start, end in spans)
    found = []
    for clock in live:
        facts = clock_facts(clock, spans)
        found += [_differs(case, clock.kind, *one) for one in wrong(clock, facts, stands_still)]
    shown = face([clock_facts(clock) for clock in live], case.turn_id)
    says = (shown.due_at, shown.kind, shown.soon_at, shown.missed)
    for name, derived in zip(SHOWN, says, strict=True):
        stored = getattr(case, name)
        if case.is_open and stored != derived:
            found.append(_differs(case, "", name, stored, derived))
    return found


Wrong = tuple[str, object, object]


def wrong(clock: Clock, facts: ClockFacts, stands_still: bool) -> list[Wrong]:
    """Return what of a clock does not follow: how it stands, or when it is due."""
    if clock.state not in LIVE or clock.kind == GIVEN:
        return []
    expected = "paused" if stands_still and facts.pauses else "running"
    if clock.state != expected:
        return [("state", clock.state, expected)]
    if clock.state == ClockState.PAUSED:
        return []
    try:
        again = rerun(facts, facts.pauses)
    except CalendarError as problem:
        return [("due_at", clock.due_at, problem.reason)]
    pairs = (("due_at", clock.due_at, again.due_at), ("soon_at", clock.soon_at, again.soon_at))
    return [one for one in pairs if one[1] != one[2]]


def _differs(case: Case, clock: str, what: str, stored: object, derived: object) -> Difference:
    texts = (_text(stored), _text(derived))
    return Difference(case.pk, case.number, clock, what, *texts)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)


@transaction.atomic
def repair(case: Case, *, at: datetime) -> list[Difference]:
    """Write what follows from what happened, say so in the trail, and tell the owner.

    A clock that would be due already is left to the sweep, which moves the case as it would have.
    Returns what was changed; nothing where nothing differed.
    """
    case = lock_case(case)
    before = of_case(case)
    if not before:
        return []
    spans = spans_of(case.pk, case.cycle)
    stands_still = any(end is None for _start, end in spans)
    for clock in live_clocks(case):
        facts = clock_facts(clock, spans)
        if wrong(clock, facts, stands_still):
            _mend(clock, facts, stands_still)
    clockwork.settle(case, at)
    changed = [
        {"clock": kind, **{one.what: [one.stored, one.derived] for one in ones}}
        for kind, ones in groupby(before, key=lambda one: one.clock)
    ]
    say(
        case,
        "case.repaired",
        by=None,
        at=at,
        facts={"changed": changed},
        told=Told(owner_of(case)),
    )
    return before


def _mend(clock: Clock, facts: ClockFacts, stands_still: bool) -> None:
    if stands_still and facts.pauses:
        clock.state, clock.next_fire_at = ClockState.PAUSED, None
    else:
        with clockwork.within_hours():
            again = rerun(facts, facts.pauses)
        clock.state = ClockState.RUNNING
        clock.due_at, clock.soon_at = again.due_at, again.soon_at
        clock.next_fire_at = again.next_fire_at
    clock.save()
