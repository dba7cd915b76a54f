"""What the rules of today would make of clocks that run: worked out for many cases at once.

Nothing is written here. What is shown before it is approved, and what is done then under the case's
lock, comes from the same function.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from cases.facts import LEVEL_KINDS, CaseRules, ClockFacts
from cases.models import OPEN, Case, Clock, ClockKind, ClockState, Party, PartyRole, Pause, Rebase
from cases.retiming import window_now
from cases.rules import calendar_of, clock_facts, held_windows, step_windows, veto_window
from cases.starting import rebased, rerun
from cases.today import Place, Today, versions_by_id
from ladder.durations import Window, parse_window
from ladder.models import CalendarVersion
from ladder.worktime import CalendarError
from ladder.worktime import Pause as Span

# What is put on other rules: what a turn owes, and the whole case.
KINDS = (*sorted(LEVEL_KINDS), ClockKind.TOTAL)
RUNS = (ClockState.RUNNING, ClockState.PAUSED)
SPAN = ("case_id", "cycle", "started_at", "ended_at")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose clocks are meant: those that count in a calendar, those of the cases on a ladder, or
    those of one case."""

    case_id: UUID | None = None
    ladder_id: UUID | None = None
    calendar_id: UUID | None = None

    def rules(self, today: Today) -> str:
        """Return a hash of the rules that count here. Raises `KeyError` for a ladder or a calendar
        that there is not."""
        if self.calendar_id is not None:
            return today.of_calendar(self.calendar_id)
        if self.ladder_id is not None:
            return today.of_ladder(self.ladder_id)
        cases = Case.objects.filter(pk__in=[self.case_id])
        return today.of_ladder(cases.values_list("ladder_id", flat=True).get())


def scope_of(rebase: Rebase) -> Scope:
    """Return whose clocks a proposal means."""
    return Scope(rebase.case_id, rebase.ladder_id, rebase.calendar_id)


def rules_now(rebase: Rebase, today: Today) -> str:
    """Return a hash of the rules of today that count for a proposal."""
    if rebase.case is not None:
        return today.of_ladder(rebase.case.ladder_id)
    return scope_of(rebase).rules(today)


@dataclass(frozen=True, slots=True)
class Change:
    """A clock as it is, and as it would be. `after` is None where the hours of today have no such
    time: then it stays as it is. One that stands still is due at no time, before and after."""

    clock: Clock
    version: CalendarVersion
    after: ClockFacts | None
    due_at: datetime | None = None
    floored: bool = False

    @property
    def due_before(self) -> datetime | None:
        """When it is due now."""
        return self.clock.due_at if self.clock.state == ClockState.RUNNING else None

    @property
    def moves(self) -> bool:
        """Whether it would be due at another time."""
        return self.after is not None and self.due_at != self.due_before

    @property
    def earlier(self) -> bool:
        """Whether it would be due earlier."""
        before, then = self.due_before, self.due_at
        return before is not None and then is not None and then < before


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one case. The case has route, windows and calendar as they would be."""

    case: Case
    changes: tuple[Change, ...]

    @property
    def possible(self) -> tuple[Change, ...]:
        """The clocks that can be put on the rules of today."""
        return tuple(change for change in self.changes if change.after is not None)


def candidates(cases: "QuerySet[Case]", scope: Scope, today: Today) -> "QuerySet[Case]":
    """Return those of some cases that may have such a clock: open ones, with their levels."""
    clocks = Clock.objects.filter(case_id=OuterRef("pk"), state__in=RUNS, kind__in=KINDS)
    cases = cases.filter(status__in=OPEN).select_related("level").defer("search", "description")
    if scope.case_id is not None:
        cases = cases.filter(pk=scope.case_id)
    elif scope.ladder_id is not None:
        cases = cases.filter(ladder_id=scope.ladder_id)
    elif scope.calendar_id is not None:
        earlier = CalendarVersion.objects.filter(calendar_id=scope.calendar_id)
        earlier = earlier.exclude(pk=today.newest[scope.calendar_id].pk)
        clocks = clocks.filter(calendar_version_id__in=list(earlier.values_list("pk", flat=True)))
    return cases.filter(Exists(clocks))


def plans_of(cases: Iterable[Case], scope: Scope, today: Today, at: datetime) -> Iterator[Plan]:
    """Yield what becomes of cases at an instant, in their order; nothing of those of which nothing
    changes. As many statements for hundreds as for one."""
    rows = list(cases)
    planner = Planner(scope, today, at, Known.of(rows))
    for case in rows:
        if changes := planner.changes(case):
            yield Plan(case, changes)


@dataclass(frozen=True, slots=True)
class Known:
    """What is read of cases, for all of them at once: their clocks that run or stand still, where
    they belong, when they stood still, and which clocks a level above has given time."""

    clocks: dict[UUID, list[Clock]]
    places: dict[UUID, Place]
    spans: dict[tuple[UUID, int], list[Span]]
    held: dict[UUID, str]

    @classmethod
    def of(cls, cases: list[Case]) -> "Known":
        """Read it, and the hours that cases and clocks have pinned: five statements."""
        ids = [case.pk for case in cases]
        own = Party.objects.filter(case_id__in=ids, role=PartyRole.COMPLAINANT)
        places = own.values_list("case_id", "partner__region_id", "partner__tier_id")
        return cls(
            clocks=_clocks(cases),
            places={case_id: Place(region, tier) for case_id, region, tier in places},
            spans=_spans(ids),
            held=held_windows(ids),
        )


def _clocks(cases: list[Case]) -> dict[UUID, list[Clock]]:
    turns = {case.pk: (case.cycle, case.assignment_id) for case in cases}
    rows = Clock.objects.filter(case_id__in=list(turns), state__in=RUNS, kind__in=KINDS)
    found: dict[UUID, list[Clock]] = defaultdict(list)
    clocks = list(rows.order_by("id"))
    pinned = [case.calendar_version_id for case in cases]
    versions = versions_by_id([*pinned, *(clock.calendar_version_id for clock in clocks)])
    for case in cases:
        case.calendar_version = versions[case.calendar_version_id]
    for clock in clocks:
        cycle, turn = turns[clock.case_id]
        if clock.cycle == cycle and clock.assignment_id in (turn, None):
            clock.calendar_version = versions[clock.calendar_version_id]
            found[clock.case_id].append(clock)
    return found


def _spans(case_ids: list[UUID]) -> dict[tuple[UUID, int], list[Span]]:
    found: dict[tuple[UUID, int], list[Span]] = defaultdict(list)
    pauses = Pause.objects.filter(case_id__in=case_ids).order_by("started_at")
    for case_id, cycle, start, end in pauses.values_list(*SPAN):
        found[case_id, cycle].append((start, end))
    return found


@dataclass(frozen=True, slots=True)
class Planner:
    """Works out what the rules of today make of cases at an instant."""

    scope: Scope
    today: Today
    at: datetime
    known: Known

    def changes(self, case: Case) -> tuple[Change, ...]:
        """Return what becomes of a case's clocks, and give the case, unsaved, the rules of today:
        its next clocks start by them too."""
        clocks = [c for c in self.known.clocks.get(case.pk, ()) if not self._is_over(c)]
        if not clocks:
            return ()
        self._take_rules(case)
        rules = self._rules(case)
        found = (self._change(clock, case, rules) for clock in clocks)
        return tuple(change for change in found if change is not None)

    def _is_over(self, clock: Clock) -> bool:
        """Whether it was missed, noticed or not: then it stays missed."""
        return clock.state == ClockState.RUNNING and clock.due_at <= self.at

    def _take_rules(self, case: Case) -> None:
        """Give a case the hours of today, and the windows that the matrix has for it. It stays on
        its ladder: where another one is meant today its windows stay too."""
        case.ladder = self.today.ladders[case.ladder_id]
        place = self.known.places.get(case.pk, Place())
        if self.scope.calendar_id is None:
            case.calendar_version = self.today.version_for(case.ladder_id, place.region_id)
            line = self.today.line_for(case, place) if case.route_id else None
            if line is not None and line.ladder_id == case.ladder_id:
                case.route, case.windows = line, line.windows
                case.start_position = line.start_position
            return
        newest = self.today.newest[self.scope.calendar_id]
        if case.calendar_version.calendar_id == newest.calendar_id:
            case.calendar_version = newest

    def _rules(self, case: Case) -> CaseRules:
        return CaseRules(
            levels=self.today.levels[case.ladder_id],
            start_position=case.start_position,
            calendar=calendar_of(case.calendar_version),
            steps=step_windows(case.windows),
            veto=veto_window(case.windows),
        )

    def _change(self, clock: Clock, case: Case, rules: CaseRules) -> Change | None:
        """Return what becomes of a clock; None where it runs by the rules of today already."""
        version, window = self._version(clock, case), self._window(clock, case, rules)
        if window == parse_window(clock.window) and version.pk == clock.calendar_version_id:
            return None
        before = clock_facts(clock, self.known.spans.get((case.pk, case.cycle), ()))
        runs = clock.state == ClockState.RUNNING
        try:
            after = self._after(before, window, version, clock)
            due_at = rerun(after, [span for span in after.pauses if span[1] is not None]).due_at
            plain = after.hours.target_seconds(after.anchor, after.window)
        except CalendarError:
            return Change(clock, version, None, clock.due_at if runs else None)
        if after.window == before.window and version.pk == clock.calendar_version_id:
            return None
        floored = after.target_seconds not in (plain, before.target_seconds)
        return Change(
            clock=clock,
            version=version,
            after=after,
            due_at=due_at if runs else None,
            floored=floored,
        )

    def _version(self, clock: Clock, case: Case) -> CalendarVersion:
        """Return the hours of today; where a calendar is meant, of the clocks that count in it."""
        found: CalendarVersion = clock.calendar_version
        if self.scope.calendar_id is None:
            found = case.calendar_version
        elif self.scope.calendar_id == found.calendar_id:
            found = self.today.newest[found.calendar_id]
        return found

    def _window(self, clock: Clock, case: Case, rules: CaseRules) -> Window:
        """Return the window of today; where the hours alone are meant, the one it has."""
        own = parse_window(clock.window)
        return own if self.scope.calendar_id else window_now(clock, case, rules) or own

    def _after(
        self, before: ClockFacts, window: Window, version: CalendarVersion, clock: Clock
    ) -> ClockFacts:
        """Return a clock by a window and by hours; time that a level above has given by holding it
        is not taken away again."""
        how = (calendar_of(version), self.at, self.today.floor)
        after = rebased(before, window, *how)
        given = self.known.held.get(clock.pk) == clock.window
        if given and after.target_seconds < before.target_seconds:
            return rebased(before, before.window, *how)
        return after
