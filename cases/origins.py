"""Where a clock comes from, for the vendor's people: what started it, whom it asks, who said how
long it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from cases.facts import LEVEL_KINDS, PAUSABLE
from cases.models import (
    Assignment,
    AssignmentEnd,
    Case,
    Clock,
    ClockKind,
    ClockState,
    Pause,
    Rebase,
)
from cases.rules import calendar_of, held_windows, level_rules, rules_of
from journal.models import Event
from ladder.durations import Window, describe, format_window, parse_window
from ladder.models import Level
from tenants.models import User


class Cause(StrEnum):
    """What a clock started with."""

    OPENED = "opened"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    BREACHED = "breached"
    HANDED_BACK = "handed_back"
    REVISED = "revised"
    REQUESTED = "requested"
    ASKED = "asked"
    NOT_DECIDED = "not_decided"
    RESOLVED = "resolved"
    SHARED = "shared"
    ISSUED = "issued"
    PAUSED = "paused"
    LOOKED_AGAIN = "looked_again"
    ALARM = "alarm"
    REMINDED = "reminded"


class Giver(StrEnum):
    """Who said how long a clock runs."""

    LEVEL = "level"
    ROUTE = "route"
    LADDER = "ladder"
    PRODUCT = "product"
    PROGRAMME = "programme"
    MEMO = "memo"
    PERSON = "person"
    CAP = "cap"
    HELD = "held"
    FLOOR = "floor"
    UPDATES = "updates"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a clock comes from. `level` is the one that is asked, where one is; `ordinary` is the
    level's own window where the route says another."""

    cause: Cause
    giver: Giver
    owner: User | None = None
    backup: User | None = None
    level: Level | None = None
    ordinary: str = ""


TURNS: dict[str, Cause] = {
    AssignmentEnd.ESCALATED: Cause.ESCALATED,
    AssignmentEnd.BREACHED: Cause.BREACHED,
    AssignmentEnd.HANDED_BACK: Cause.HANDED_BACK,
}
ELSEWHERE: dict[str, Cause] = {
    ClockKind.REQUEST: Cause.REQUESTED,
    ClockKind.CLOSING: Cause.RESOLVED,
    ClockKind.ACTION: Cause.ISSUED,
    ClockKind.UPDATE: Cause.SHARED,
}
FIXED: dict[str, Giver] = {
    ClockKind.REQUEST: Giver.PRODUCT,
    ClockKind.CLOSING: Giver.PROGRAMME,
    ClockKind.ACTION: Giver.MEMO,
    ClockKind.UPDATE: Giver.UPDATES,
}


def origin_of(case: Case, clock: Clock) -> Origin:
    """Return where a clock of a case comes from."""
    level = asked_level(case, clock)
    giver, ordinary = given_by(case, clock, level)
    owner, backup = asked_people(case, clock)
    return Origin(
        cause=cause_of(case, clock),
        giver=giver,
        owner=owner,
        backup=backup,
        level=level,
        ordinary=ordinary,
    )


def asked_level(case: Case, clock: Clock) -> Level | None:
    """Return on which level a clock asks somebody."""
    found: Level | None = clock.level
    if found is None and clock.kind == ClockKind.REMINDER:
        found = case.level
    if found is None and clock.assignment is not None:
        found = clock.assignment.level
    return found


def asked_people(case: Case, clock: Clock) -> tuple[User | None, User | None]:
    """Return whom a clock asks, and who stands in for them: whoever it names, else who has or had
    the case in its turn. A resolved case closes by itself."""
    if clock.owner is not None or clock.kind == ClockKind.CLOSING:
        return clock.owner, clock.backup
    if clock.assignment is not None:
        return clock.assignment.owner, clock.assignment.backup
    return case.owner, None


def cause_of(case: Case, clock: Clock) -> Cause:
    """Return what a clock started with."""
    if clock.kind in ELSEWHERE:
        return ELSEWHERE[clock.kind]
    if clock.kind == ClockKind.REMINDER:
        return Cause.REMINDED if clock.fired else Cause.ALARM
    if clock.kind == ClockKind.PAUSE:
        began = Pause.objects.filter(case_id=case.pk, started_at=clock.anchor)
        return Cause.PAUSED if began.exists() else Cause.LOOKED_AGAIN
    if clock.kind == ClockKind.APPROVAL:
        missed = Clock.objects.filter(
            subject=clock.subject, kind=clock.kind, state=ClockState.BREACHED
        )
        return Cause.NOT_DECIDED if missed.filter(anchor__lt=clock.anchor).exists() else Cause.ASKED
    if clock.kind == ClockKind.TOTAL:
        return Cause.OPENED if clock.anchor == case.opened_at else Cause.REOPENED
    turns = Assignment.objects.filter(case_id=case.pk, cycle=clock.cycle).order_by("number")
    return cause_of_turn(case, clock, list(turns))


def cause_of_turn(case: Case, clock: Clock, turns: Sequence[Assignment]) -> Cause:
    """Return how the turn began with which a clock began. A colleague who was given the case got
    its clocks as they were; a decision taken up again has one that began within its turn."""
    last = clock.assignment.number if clock.assignment else 0
    begun = [t for t in turns if t.started_at == clock.anchor and t.number <= last]
    if not begun:
        return Cause.REVISED
    before = next((t for t in turns if t.number == begun[-1].number - 1), None)
    if before is None:
        return Cause.OPENED if clock.anchor == case.opened_at else Cause.REOPENED
    return TURNS.get(before.end_reason, Cause.ESCALATED)


def given_by(case: Case, clock: Clock, level: Level | None) -> tuple[Giver, str]:
    """Return who said how long a clock runs, and the level's own window where the route says
    another one. What neither says today is as the rules stood when it started."""
    if clock.kind in FIXED:
        return FIXED[clock.kind], ""
    if clock.kind == ClockKind.PAUSE:
        capped = Pause.objects.filter(case_id=case.pk, ends_by=clock.due_at)
        return Giver.CAP if capped.exclude(review_by=clock.due_at).exists() else Giver.PERSON, ""
    changed = _changed_by(case, clock)
    if changed is not None:
        return changed, ""
    if clock.kind == ClockKind.TOTAL:
        return _given_in_total(case, clock), ""
    return _given_on_level(case, clock, level) if level else (Giver.EARLIER, "")


def _changed_by(case: Case, clock: Clock) -> Giver | None:
    """Return who gave a clock other time than it started with, where somebody did."""
    if _was_floored(clock):
        return Giver.FLOOR
    return Giver.HELD if _was_held(case, clock) else None


def _was_floored(clock: Clock) -> bool:
    """Whether a clock counts more than its window says: another target would have passed, so that
    it got the floor."""
    if clock.kind not in PAUSABLE | LEVEL_KINDS:
        return False
    hours = calendar_of(clock.calendar_version)
    return clock.target_seconds != hours.target_seconds(clock.anchor, parse_window(clock.window))


def _was_held(case: Case, clock: Clock) -> bool:
    """Whether a clock has the time that a level above gave it, and nobody changed since."""
    return held_windows([case.pk]).get(clock.pk) == clock.window


def rebase_of(case: Case, clock: Clock) -> Rebase | None:
    """Return by which proposal a clock was put on other rules last, None where it never was."""
    if clock.rebased_at is None:
        return None
    events = Event.objects.filter(case_id=case.pk, kind="case.rebased", at=clock.rebased_at)
    named = events.filter(facts__clocks__contains=[{"clock": str(clock.pk)}])
    ids = named.order_by("-id").values_list("facts__rebase", flat=True)[:1]
    return Rebase.objects.filter(pk__in=list(ids)).first()


def _given_in_total(case: Case, clock: Clock) -> Giver:
    named = {Giver.ROUTE: case.windows.get("total"), Giver.LADDER: case.ladder.total_window}
    said = next(((giver, window) for giver, window in named.items() if window), None)
    same = said is not None and _same(said[1], clock.window)
    return said[0] if said is not None and same else Giver.EARLIER


def _same(window: str, other: str) -> bool:
    return parse_window(window) == parse_window(other)


def _given_on_level(case: Case, clock: Clock, level: Level) -> tuple[Giver, str]:
    rules, own = rules_of(case), level_rules(level)
    step = rules.on_route(level.position)
    routed, ordinary = {
        ClockKind.DECISION: (step.decision, own.decision),
        ClockKind.APPROVAL: (step.decision, own.decision),
        ClockKind.REVIEW: (rules.veto, own.veto),
    }.get(ClockKind(clock.kind), (step.response, own.response))
    said = routed or ordinary
    if said is None:
        return Giver.EARLIER, ""
    if clock.window != format_window(said) and not _is_shortest(clock):
        return Giver.EARLIER, ""
    if not routed:
        return Giver.LEVEL, ""
    # Where both say the same, the one that counts is enough.
    differs = ordinary is not None and ordinary != routed
    return Giver.ROUTE, format_window(ordinary) if ordinary and differs else ""


def _is_shortest(clock: Clock) -> bool:
    """Whether it is a reminder that would come more often than once a minute."""
    return clock.kind == ClockKind.REMINDER and parse_window(clock.window) == Window(seconds=60)


def window_words(window: str) -> str:
    """Return a window in words."""
    return describe(parse_window(window))


def cause_words(cause: Cause) -> str:
    """Return what a clock started with, in words."""
    return {
        Cause.OPENED: _("when the case was opened"),
        Cause.REOPENED: _("when the case was opened again"),
        Cause.ESCALATED: _("when the case was handed up"),
        Cause.BREACHED: _("when the case moved up by itself"),
        Cause.HANDED_BACK: _("when the case was handed back"),
        Cause.REVISED: _("when the decision was taken up again"),
        Cause.REQUESTED: _("when a partner asked for the next level"),
        Cause.ASKED: _("when the concession was asked for"),
        Cause.NOT_DECIDED: _("when the level below had not decided in time"),
        Cause.RESOLVED: _("when the case was resolved"),
        Cause.SHARED: _("when the last update was shared"),
        Cause.ISSUED: _("when the memo was issued"),
        Cause.PAUSED: _("when the case was paused"),
        Cause.LOOKED_AGAIN: _("when somebody looked at the pause again, or nobody had"),
        Cause.ALARM: _("when a window was missed and nobody was above"),
        Cause.REMINDED: _("with the last reminder"),
    }[cause]


def giver_words(origin: Origin, case: Case) -> str:
    """Return who said how long a clock runs, in words."""
    level = origin.level
    facts = {
        "n": level.position if level else "",
        "level": level.name if level else "",
        "ladder": case.ladder.name,
        "ordinary": window_words(origin.ordinary) if origin.ordinary else "",
        "line": case.route.position if case.route else "",
    }
    if origin.giver is Giver.ROUTE and not origin.ordinary:
        whole = _("line %(line)s of the matrix, for the whole case")
        return (_("line %(line)s of the matrix") if level else whole) % facts
    return {
        Giver.LEVEL: _("level %(n)s, %(level)s"),
        Giver.ROUTE: _("line %(line)s of the matrix, instead of the %(ordinary)s of %(level)s"),
        Giver.LADDER: _("the ladder %(ladder)s, for the whole case"),
        Giver.PRODUCT: _("fixed: a partner's request is answered within this time"),
        Giver.PROGRAMME: _("the programme: so long after it was resolved a case is closed"),
        Giver.UPDATES: _("the programme: so long after an update the next one is owed"),
        Giver.MEMO: _("the memo: it is to be done by the end of that day"),
        Giver.PERSON: _("a person, who chose when to look again"),
        Giver.CAP: _("the longest time that a case may stand still"),
        Giver.HELD: _("a level above, which held the window"),
        Giver.FLOOR: _("the programme: the least time after the target or the hours changed"),
        Giver.EARLIER: _("the rules as they stood when it started"),
    }[origin.giver] % facts
