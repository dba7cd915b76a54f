"""Every due time derived again from what happened, and what differs from what is stored.

What happened is the truth: anchor, target, hours and pauses. A new database of time zones, or rows
that somebody changed, can make a stored due time another one than follows from it. Nothing changes
by itself: looking changes nothing, and repairing a case is an event of it that its owner is told,
and the parties where it moves a due time that they see. What is over (met, missed or ended) stays
as it was told, and is only reported.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction

from cases import clockwork
from cases.access import lock_case
from cases.engine import face
from cases.explained import counted_of, imported_stands
from cases.explaining import Stand, follows
from cases.facts import SHARED, NewClock
from cases.models import Case, Clock, ClockKind, ClockState, Pause, Source
from cases.rules import clock_facts, live_clocks
from cases.starting import pause_clock, rerun
from cases.telling import Told, owner_of, partners_contacts, say
from journal.models import Audience
from ladder.worktime import CalendarError
from ladder.worktime import Pause as Span

BATCH = 500
LIVE = (ClockState.RUNNING, ClockState.PAUSED)
# What a case shows of its clocks.
SHOWN = ("due_at", "due_kind", "due_soon_at", "due_missed")
TIMES = ("due_at", "soon_at", "next_fire_at")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about a case that does not follow from what happened. `clock` is the kind of the
    clock, empty for what the case shows; `derived` is empty where nothing can be derived. What is
    `over` no repair changes."""

    case_id: UUID
    number: str
    clock: str
    what: str
    stored: str
    derived: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """A case with what its due times follow from."""

    case: Case
    clocks: Sequence[Clock]
    pauses: Sequence[Pause]

    def spans(self, cycle: int) -> list[Span]:
        """Return when it stood still in a cycle; None ends a pause that lasts."""
        return [(one.started_at, one.ended_at) for one in self.pauses if one.cycle == cycle]

    def stands(self, cycle: int) -> list[Stand]:
        """Return the same for clocks that are over; what was imported, as its story tells."""
        if self.case.source == Source.IMPORT and not self.pauses:
            return imported_stands(self.case)
        own = (one for one in self.pauses if one.cycle == cycle)
        return [Stand(one.pk, one.started_at, one.ended_at) for one in own]

    @property
    def lasting(self) -> Pause | None:
        """The pause it is in."""
        return next((one for one in self.pauses if one.ended_at is None), None)


def differences() -> Iterator[Difference]:
    """Yield what differs in the cases of the current tenant, whatever became of them."""
    last = UUID(int=0)
    while ids := list(Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk")[:BATCH]):
        last = ids[-1][0]
        for story in stories(pk for (pk,) in ids):
            # Looked at twice: what a verb or the sweep changes meanwhile differs once at most.
            if _of(story):
                yield from of_case(story.case)


def stories(case_ids: Iterable[UUID]) -> list[Story]:
    """Return cases with their clocks and pauses; three queries for any number."""
    cases = list(Case.objects.select_related("level").filter(pk__in=list(case_ids)).order_by("pk"))
    ids = [case.pk for case in cases]
    clocks: dict[UUID, list[Clock]] = defaultdict(list)
    for clock in Clock.objects.filter(case_id__in=ids).select_related("calendar_version"):
        clocks[clock.case_id].append(clock)
    pauses: dict[UUID, list[Pause]] = defaultdict(list)
    for pause in Pause.objects.filter(case_id__in=ids).order_by("started_at"):
        pauses[pause.case_id].append(pause)
    return [Story(case, clocks[case.pk], pauses[case.pk]) for case in cases]


def of_case(case: Case) -> list[Difference]:
    """Return what differs in one case."""
    return [one for story in stories([case.pk]) for one in _of(story)]


def _of(story: Story) -> list[Difference]:
    case, found = story.case, []
    for clock in sorted(story.clocks, key=lambda one: (one.kind, one.anchor, one.pk)):
        over = clock.state not in LIVE
        rows = wrong_over(clock, story) if over else wrong(clock, story)
        found += [_differs(case, clock.kind, *row, over=over) for row in rows]
    if not case.is_open:
        return found
    shown = face([clock_facts(clock) for clock in live_clocks(case)], case.turn_id)
    says = (shown.due_at, shown.kind, shown.soon_at, shown.missed)
    for name, derived in zip(SHOWN, says, strict=True):
        if (stored := getattr(case, name)) != derived:
            found.append(_differs(case, "", name, stored, derived))
    return found


Wrong = tuple[str, object, object]


def wrong(clock: Clock, story: Story) -> list[Wrong]:
    """Return what of a clock that is not over does not follow: how it stands, when it is due, or
    when the sweep looks at it."""
    if (expected := state_of(clock, story)) != clock.state:
        return [("state", clock.state, expected)]
    if clock.state == ClockState.PAUSED:
        return []
    try:
        again = derived(clock, story)
    except CalendarError as problem:
        return [("due_at", clock.due_at, problem.reason)]
    pairs = [(name, getattr(clock, name), getattr(again, name)) for name in TIMES]
    return [one for one in pairs if one[1] != one[2]]


def wrong_over(clock: Clock, story: Story) -> list[Wrong]:
    """Return what of a clock that is over does not follow: when it was due, and was missed."""
    due_at = follows(counted_of(clock, story.stands(clock.cycle)))
    found: list[Wrong] = [] if due_at == clock.due_at else [("due_at", clock.due_at, due_at)]
    if clock.breached_at is not None and clock.breached_at != due_at:
        found.append(("breached_at", clock.breached_at, due_at))
    return found


def state_of(clock: Clock, story: Story) -> str:
    """Return how a clock stands that is not over: with its case."""
    stops = clock_facts(clock, story.spans(clock.cycle)).pauses
    return ClockState.PAUSED if any(end is None for _, end in stops) else ClockState.RUNNING


def derived(clock: Clock, story: Story) -> NewClock:
    """Return how a running clock follows from what happened. Raises `CalendarError`."""
    if clock.kind == ClockKind.PAUSE and (pause := story.lasting) is not None:
        # Until somebody has to look, and after that until it ends by itself.
        return pause_clock(clock.anchor, pause.ends_by if clock.fired else pause.review_by)
    spans = story.spans(clock.cycle)
    return rerun(clock_facts(clock, spans), spans)


def _differs(
    case: Case, clock: str, what: str, stored: object, derived: object, *, over: bool = False
) -> Difference:
    texts = (_text(stored), _text(derived))
    return Difference(case.pk, case.number, clock, what, *texts, over=over)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)


@transaction.atomic
def repair(case: Case, *, at: datetime) -> list[Difference]:
    """Write what follows from what happened, say so in the trail, and tell the owner, whom a clock
    asks instead, and the parties of a due time that they see.

    A clock that would be due already is left to the sweep, which moves the case as it would have.
    Returns what was changed; nothing where nothing differed but what is over.
    """
    case = lock_case(case)
    before = [one for one in of_case(case) if not one.over]
    if not before:
        return []
    (story,) = stories([case.pk])
    mended = [clock for clock in story.clocks if clock.state in LIVE and wrong(clock, story)]
    dues = {clock.pk: _due(clock) for clock in mended}
    for clock in mended:
        _mend(clock, story)
    clockwork.settle(case, at)
    changed = [
        {"clock": kind, **{one.what: [one.stored, one.derived] for one in ones}}
        for kind, ones in groupby(before, key=lambda one: one.clock)
    ]
    people = (*owner_of(case), *(clock.owner_id for clock in mended))
    say(case, "case.repaired", by=None, at=at, facts={"changed": changed}, told=Told(people))
    _tell_parties(case, [clock for clock in mended if _due(clock) != dues[clock.pk]], at)
    return before


def _due(clock: Clock) -> datetime | None:
    """Return the due time that people see; what stands still has none."""
    return clock.due_at if clock.state == ClockState.RUNNING else None


def _tell_parties(case: Case, moved: Sequence[Clock], at: datetime) -> None:
    """Tell the parties of due times that have moved as far as they see them: all of the vendor's
    own, each of its own request."""
    shared = [clock for clock in moved if clock.kind in SHARED]
    if shared:
        told = Told(partners_contacts(case), Audience.PARTIES)
        say(case, "case.due_moved", by=None, at=at, facts=_moved(shared), told=told)
    for clock in moved:
        if clock.kind == ClockKind.REQUEST:
            only = clock.subject
            told = Told(partners_contacts(case, only=only), Audience.PARTY, only)
            say(case, "case.due_moved", by=None, at=at, facts=_moved([clock]), told=told)


def _moved(clocks: Iterable[Clock]) -> dict[str, Any]:
    rows = [(clock, _due(clock)) for clock in clocks]
    return {
        "clocks": [
            {"clock": str(clock.pk), "due_at": due.isoformat() if due else None}
            for clock, due in rows
        ]
    }


def _mend(clock: Clock, story: Story) -> None:
    clock.state = state_of(clock, story)
    if clock.state == ClockState.PAUSED:
        clock.next_fire_at = None
    else:
        with clockwork.within_hours():
            again = derived(clock, story)
        clock.window, clock.target_seconds = again.window_text, again.target_seconds
        clock.due_at, clock.soon_at = again.due_at, again.soon_at
        clock.next_fire_at = again.next_fire_at
    clock.save()
