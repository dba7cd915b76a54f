"""Why is a clock due then? Derived again from what happened, at one instant: pure.

The stored due time is what the sweep acts by; what is derived here must equal it. Where it does
not, the explanation carries both and says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from cases.facts import CLOCK_DAYS, PAUSABLE, due_of, hours_of
from ladder.worktime import CalendarError, Compiled, Step, Why, to_us
from ladder.worktime import Pause as Span

SECOND, DAY, INSTANT = timedelta(seconds=1), timedelta(days=1), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Stand:
    """A time in which a case stood still, as far as the reader may know of it: `reason` (a `code`
    of which it is in words) and who owes something are empty where they may not."""

    id: UUID
    started_at: datetime
    ended_at: datetime | None = None
    reason: str = ""
    code: str = ""
    owed: str = ""
    owed_id: UUID | None = None
    text: str = ""
    ends_by: datetime | None = None
    by: str = ""
    end_reason: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a clock counts, and what became of it. `stands` are the pauses of its case and cycle.
    Who got its part in a case later knows of it `since` then. `days` are the business days it was
    given, where it was given any and the reader may know.
    """

    kind: str
    state: str
    anchor: datetime
    due_at: datetime
    target_seconds: int
    calendar: Compiled
    stands: tuple[Stand, ...] = ()
    met_at: datetime | None = None
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    since: datetime | None = None
    days: int = 0

    @property
    def around_the_clock(self) -> bool:
        """Whether it counts days of 24 hours, whatever hours the case has pinned."""
        return self.kind in CLOCK_DAYS

    @property
    def hours(self) -> Compiled:
        """The hours it counts in."""
        return hours_of(self.kind, self.calendar)

    @property
    def over_at(self) -> datetime | None:
        """When nobody had to meet it any more."""
        return self.met_at or self.ended_at

    @property
    def begin(self) -> datetime:
        """From when on the reader knows of it."""
        return max(self.anchor, self.since) if self.since else self.anchor

    @property
    def joined_late(self) -> bool:
        """Whether the reader does not know its beginning."""
        return self.begin > self.anchor

    def spans(self) -> list[Span]:
        """Return when it stood still, until it was over."""
        return [(stand.started_at, stand.ended_at) for stand in self.stops()]

    def stops(self) -> list[Stand]:
        """Return the pauses that stopped it, until it was over."""
        if self.kind not in PAUSABLE:
            return []
        over = self.over_at
        return [s for s in self.stands if over is None or s.started_at < over]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the way: how much of it counted, how much had counted by its end, and why.

    `dates` are the local dates of the calendar that a holiday or a one-off exception is about.
    Where the way is long, quiet days are `drawn_together`: they count less than they span.
    """

    from_: datetime
    to: datetime
    counted_seconds: int
    total_seconds: int
    why: Why
    dates: tuple[date, ...] = ()
    stands: tuple[Stand, ...] = ()
    drawn_together: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a clock is due when it is, as known at an instant.

    `due_at` is None while it stands still, and where it stood still when it ended; the way then
    leads to now, or to its end. `derived_at` is what the truth says today: it differs from `due_at`
    only where the record and the rules do not fit, which is never hidden. Who does not know the
    clock's beginning learns no target: it would tell of pauses from before.
    """

    clock: Counted
    at: datetime
    due_at: datetime | None
    derived_at: datetime | None
    target_seconds: int | None
    counted_seconds: int
    left_seconds: int
    stretches: tuple[Stretch, ...]
    agrees: bool

    @property
    def stands_still(self) -> bool:
        """Whether it has no due time because it stands, or stood, still."""
        return self.due_at is None

    def counted_between(self, start: datetime, end: datetime) -> int:
        """Return how many seconds of a stretch counted, each rounded so that their sum is."""
        clock = self.clock
        first, last = max(start, clock.begin), min(end, self.until)
        if first >= last:
            return 0
        return worked(clock, clock.begin, last) - worked(clock, clock.begin, first)

    @property
    def until(self) -> datetime:
        """Where the way ends."""
        return self.stretches[-1].to if self.stretches else self.clock.begin


def worked(clock: Counted, start: datetime, end: datetime) -> int:
    """Return the seconds of its hours, outside its pauses, between two instants."""
    return clock.hours.worked_seconds(start, end, clock.spans()) if start < end else 0


def explain(clock: Counted, at: datetime) -> Explanation:
    """Explain a clock at an instant."""
    if clock.state == "paused":
        return _standing(clock, at, max(at, clock.begin))
    if clock.ended_at and _ended_standing(clock):
        return _standing(clock, at, max(clock.ended_at, clock.begin))
    # What came before somebody joined is not known to them, so nothing can be derived from it.
    derived = clock.due_at if clock.joined_late else follows(clock)
    whole = worked(clock, clock.begin, clock.due_at)
    if not clock.joined_late and derived != clock.due_at:
        whole = clock.target_seconds
    counted = min(worked(clock, clock.begin, min(at, clock.over_at or at)), whole)
    return Explanation(
        clock=clock,
        at=at,
        due_at=clock.due_at,
        derived_at=derived,
        target_seconds=None if clock.joined_late else whole,
        counted_seconds=counted,
        left_seconds=whole - counted,
        stretches=stretches(clock, max(clock.due_at, clock.begin)),
        agrees=derived == clock.due_at,
    )


def follows(clock: Counted) -> datetime | None:
    """Return the due time that follows from what happened to a clock, which has to be the one it
    has; None where none does. One that ended while it stood still keeps the one from before."""
    kept = _was_given_its_end(clock) or _ended_standing(clock)
    return clock.due_at if kept else derive(clock, clock.spans())


def derive(clock: Counted, spans: list[Span]) -> datetime | None:
    """Return when a clock is due that stood still in these pauses; None where nothing is."""
    try:
        return due_of(clock.kind, clock.calendar, clock.anchor, clock.target_seconds, spans)
    except CalendarError:
        return None


def _was_given_its_end(clock: Counted) -> bool:
    """Whether somebody chose when a clock is due: a pause's own one is given its end, and its
    window is that, rounded up to a second."""
    span = clock.due_at - clock.anchor
    return clock.kind == "pause" and span <= clock.target_seconds * SECOND < span + SECOND


def _ended_standing(clock: Counted) -> bool:
    """Whether a clock ended while it stood still: its due time was never worked out again, and is
    the one from before its last pause."""
    stops = sorted(clock.stops(), key=lambda stand: stand.started_at)
    if clock.ended_at is None or not stops or derive(clock, clock.spans()) == clock.due_at:
        return False
    return derive(clock, [(one.started_at, one.ended_at) for one in stops[:-1]]) == clock.due_at


def _standing(clock: Counted, at: datetime, until: datetime) -> Explanation:
    """Explain a clock without a due time. What is left follows from the time it was due before its
    last pause, which holds whatever came before."""
    stopped_at = max((stand.started_at for stand in clock.stops()), default=until)
    left = clock.hours.worked_seconds(stopped_at, max(clock.due_at, stopped_at))
    counted = worked(clock, clock.begin, until)
    target = None if clock.joined_late else clock.target_seconds
    # As it will run on: the verb that goes on derives it anew.
    again = left if target is None else target - counted
    return Explanation(
        clock=clock,
        at=at,
        due_at=None,
        derived_at=None,
        target_seconds=target,
        counted_seconds=counted,
        left_seconds=again,
        stretches=stretches(clock, until),
        agrees=abs(again - left) <= 1,
    )


def stretches(clock: Counted, until: datetime) -> tuple[Stretch, ...]:
    """Return the way from where the reader knows of a clock, without gaps."""
    found, total = [], 0
    for step in clock.hours.way(clock.begin, until, clock.spans()):
        total += step.counted_seconds
        found.append(_stretch(clock, step, total))
    return tuple(found)


def _stretch(clock: Counted, step: Step, total: int) -> Stretch:
    span = to_us(step.to) - to_us(step.from_)
    drawn = step.why is Why.OPEN and step.counted_seconds < span // 1_000_000 - 1
    stops = (s for s in clock.stops() if step.why is Why.PAUSE and _touches(s, step))
    return Stretch(
        from_=step.from_,
        to=step.to,
        counted_seconds=step.counted_seconds,
        total_seconds=total,
        why=step.why,
        dates=() if drawn else _dates(clock, step),
        stands=tuple(stops),
        drawn_together=drawn,
    )


def _touches(stand: Stand, step: Step) -> bool:
    return stand.started_at < step.to and (stand.ended_at is None or stand.ended_at > step.from_)


def _dates(clock: Counted, step: Step) -> tuple[date, ...]:
    """Return the local dates of the calendar that the hours of a step are about."""
    zone, rules = clock.hours.zone, clock.hours.rules
    first, last = step.from_.astimezone(zone).date(), (step.to - INSTANT).astimezone(zone).date()
    if step.why is Why.OPEN:
        # Hours belong whole to the day they start on.
        return (first,) if rules.one_off.get(first) else ()
    known = {Why.EXCEPTION: rules.one_off, Why.HOLIDAY: rules.holidays}.get(step.why, ())
    return tuple(day for day in days_between(first, last) if day in known)


def days_between(first: date, last: date) -> Iterable[date]:
    """Yield the days from one to another, both among them."""
    for number in range((last - first).days + 1):
        yield first + number * DAY
