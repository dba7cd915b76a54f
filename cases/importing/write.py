"""Writing imported cases: many finished ones in a few statements, or one that runs from now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from cases.importing.plan import History, Moment, Subject
from cases.importing.silent import SilentClock, silent_clocks
from cases.importing.targets import SYSTEM, Start, Targets
from cases.models import (
    Assignment,
    Case,
    Clock,
    ClockState,
    Party,
    PartyRole,
    Source,
    Status,
)
from cases.opening import NewCase, next_number, open_case
from journal.models import Audience, Event
from ladder.models import Category
from tenants.ids import uuid7
from tenants.scope import tenant_in_force

# What the parties of a case see of its story.
FOR_PARTIES = frozenset({"case.opened", "case.resolved", "case.closed"})
# One import per tenant at a time; the number is ours among the advisory locks.
TAKE_TURN = "SELECT pg_advisory_xact_lock(1768779887, hashtext(%s))"


@dataclass(slots=True)
class Rows:
    """The rows of a chunk of cases, before they are written."""

    cases: list[Case] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    turns: list[Assignment] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def store(self) -> None:
        """Write everything. A case can name its turn only after the turn is there."""
        # The sealer orders what was recorded at once by id.
        for event, key in zip(self.events, sorted(uuid7() for _event in self.events), strict=True):
            event.pk = key
        current_turns = [case.assignment_id for case in self.cases]
        for case in self.cases:
            case.assignment_id = None
        Case.objects.bulk_create(self.cases)
        Party.objects.bulk_create(self.parties)
        Assignment.objects.bulk_create(self.turns)
        Clock.objects.bulk_create(self.clocks)
        Event.objects.bulk_create(self.events)
        for case, turn in zip(self.cases, current_turns, strict=True):
            case.assignment_id = turn
        Case.objects.bulk_update(self.cases, ["assignment_id"])


def take_turn() -> None:
    """Wait until no other import into this tenant writes; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TURN, [str(tenant_in_force())])


def known_numbers(numbers: Sequence[str]) -> set[str]:
    """Return which incidents are cases already."""
    found = Case.objects.filter(source_system=SYSTEM, external_id__in=numbers)
    return {number for number in found.values_list("external_id", flat=True) if number}


def open_now(subject: Subject, targets: Targets, at: datetime) -> Case:
    """Open a case that is as new as one logged by hand. Raises what `open_case` raises."""
    new = NewCase(
        partner=targets.partner(subject.counterpart),
        category=targets.category(subject.category),
        title=subject.title,
        severity=subject.severity,
        source=Source.IMPORT,
        source_system=SYSTEM,
        external_id=subject.number,
    )
    return open_case(new, by=None, at=at)


def clocks_of(history: History, start: Start) -> list[SilentClock]:
    """Return the silent clocks of a story. Raises `CalendarError` where one never ends."""
    level, calendar = start.rules.level(start.route.start_position), start.rules.calendar
    return [
        clock
        for cycle in history.cycles
        for clock in silent_clocks(cycle, level, start.total, calendar)
    ]


def add_history(
    rows: Rows, history: History, clocks: Sequence[SilentClock], targets: Targets, at: datetime
) -> None:
    """Add the rows of one finished case. Nobody of this tenant held it, so no turn has an owner,
    and nobody is told of anything."""
    start = targets.start(history.subject)
    case = _case(history, targets.category(history.subject.category), start, at)
    partner = targets.partner(history.subject.counterpart)
    case.region_id = partner.region_id
    turns = [
        Assignment(
            tenant_id=case.tenant_id,
            case=case,
            cycle=turn.cycle,
            number=turn.number,
            level_id=case.level_id,
            position=case.start_position,
            started_at=turn.started_at,
            ended_at=turn.ended_at,
            end_reason=turn.end_reason,
        )
        for turn in history.turns
    ]
    case.assignment_id = turns[-1].pk
    last_turns = {turn.cycle: turn.pk for turn in turns}
    rows.cases.append(case)
    rows.parties.append(
        Party(
            tenant_id=case.tenant_id,
            case=case,
            partner=partner,
            role=PartyRole.COMPLAINANT,
            title=case.title,
        )
    )
    rows.turns += turns
    rows.clocks += [_clock(case, clock, last_turns[clock.cycle]) for clock in clocks]
    rows.events += [_event(case, moment, turns) for moment in history.moments]


def _case(history: History, category: Category, start: Start, at: datetime) -> Case:
    subject = history.subject
    status = Status.CLOSED if history.closed_at else Status.RESOLVED
    return Case(
        tenant_id=category.tenant_id,
        number=next_number(history.opened_at),
        confidentiality=category.confidentiality,
        title=subject.title,
        category=category,
        severity=subject.severity,
        source=Source.IMPORT,
        source_system=SYSTEM,
        external_id=subject.number,
        status=status,
        resolution=_("Resolved in the system it was imported from."),
        cycle=history.cycles[-1].number,
        ladder=start.template.ladder,
        route=start.route,
        start_position=start.template.start_position,
        windows=start.template.windows,
        calendar_version=start.template.calendar_version,
        level_id=start.rules.level(start.template.start_position).id,
        opened_at=history.opened_at,
        resolved_at=history.resolved_at,
        closed_at=history.closed_at,
        # When it changed here: who asks for what is new since yesterday gets it.
        updated_at=at,
    )


def _clock(case: Case, clock: SilentClock, turn_id: UUID) -> Clock:
    missed = clock.is_missed
    return Clock(
        tenant_id=case.tenant_id,
        case=case,
        assignment_id=turn_id if clock.of_turn else None,
        kind=clock.kind,
        cycle=clock.cycle,
        state=ClockState.BREACHED if missed else ClockState.MET,
        window=clock.window,
        target_seconds=clock.target_seconds,
        calendar_version_id=case.calendar_version_id,
        anchor=clock.anchor,
        due_at=clock.due_at,
        fired=100 if missed else 0,
        met_at=clock.met_at,
        breached_at=clock.due_at if missed else None,
        processed_at=clock.met_at if missed else None,
    )


def _event(case: Case, moment: Moment, turns: Sequence[Assignment]) -> Event:
    facts = dict(moment.facts)
    if moment.turn is not None:
        facts |= {"position": case.start_position, "assignment": str(turns[moment.turn - 1].pk)}
    if moment.kind == "case.opened":
        facts |= {
            "category": str(case.category_id),
            "severity": case.severity,
            "source": case.source,
            "route": str(case.route_id),
            "owner": None,
        }
    return Event(
        tenant_id=case.tenant_id,
        kind=moment.kind,
        at=moment.at,
        case_id=case.pk,
        facts=facts,
        audience=Audience.PARTIES if moment.kind in FOR_PARTIES else Audience.INTERNAL,
    )
