"""The verbs of a case. One verb is one transaction, one event, and its notices.

`by` is who acts, None the system; `at` is when. A verb locks the case, looks again whether it is
allowed, and refuses with a reason (`NotAllowed`, `NotNow`, `Invalid`) or does all of it.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import clockwork
from cases.access import check, leave_for, lock_case, parts_of
from cases.facts import LevelRules
from cases.leave import Leave
from cases.models import (
    Act,
    AssignmentEnd,
    Case,
    ClockKind,
    Message,
    MessageKind,
    Outcome,
    Party,
    Rule,
    Status,
)
from cases.outside import keep, overseers, set_aside
from cases.pauses import wake, wake_for
from cases.queries import concession_pending
from cases.rules import rules_of
from cases.starting import start_clock
from cases.telling import People, Told, owner_of, parties_of, partners_contacts, say
from cases.transitions import allowed_in
from cases.turns import (
    WayBack,
    alarm_if_unowned,
    chosen,
    climb_facts,
    former_holder,
    lower_turn,
    pass_turn,
    way_back,
)
from journal.models import Audience
from ladder.durations import Window
from ladder.models import CategoryClass
from ladder.queries import programme
from ladder.worktime import always_open
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Membership, Role

LONGEST_TEXT = 20_000


def required(name: str, text: str) -> str:
    """Return a text that was really given, or refuse it by its field's name."""
    text = text.strip()
    if not text:
        raise Invalid({name: _("Please say why, in a sentence.")})
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise Invalid({name: _("At most 20,000 characters of plain text.")})
    return text


@transaction.atomic
def acknowledge(case: Case, *, by: Membership | None, at: datetime) -> Case:
    """Say that the holder has taken the case up: meets the response clock.

    A decided case that has climbed is answered too, and stays decided.
    """
    case = lock_case(case)
    check(case, "acknowledge", by)
    waiting = case.clocks.filter(
        kind=ClockKind.RESPONSE, assignment_id=case.turn_id, met_at=None, ended_at=None
    )
    if not waiting.exists():
        others = [verb for verb in allowed_in(case.status) if verb != "acknowledge"]
        raise NotNow(_("This turn was acknowledged already."), others)
    clockwork.meet(case, [ClockKind.RESPONSE], at)
    if case.status == Status.NEW:
        case.status = Status.IN_PROGRESS
    clockwork.settle(case, at)
    told = Told(partners_contacts(case), Audience.PARTIES)
    say(case, "case.acknowledged", by=by, at=at, told=told)
    return case


@transaction.atomic
def add_message(
    case: Case,
    *,
    by: Membership,
    at: datetime,
    body: str,
    audience: str = Audience.INTERNAL,
    partner_id: UUID | None = None,
    asks: bool = False,
) -> Message:
    """Write into the case: for staff only, for one party, or for all parties.

    A partner writes to the vendor only: the other parties never read it. Where staff ask for
    something (`asks`), the readers see that it is their turn to answer, until they do. A pause that
    waited for a party's word ends with it.
    """
    case = lock_case(case)
    check(case, "message", by)
    body = required("body", body)
    if audience not in Audience.values:
        raise Invalid({"audience": _("Say who will read this.")})
    if audience == Audience.PARTY and partner_id not in parties_of(case):
        raise Invalid({"audience": _("This partner is not a party to the case.")})
    if by.role == Role.PARTNER:
        check_own(case, by, audience, partner_id)
    reader = partner_id if audience == Audience.PARTY else None
    _note_who_answers(case, by, at, reader, asks=asks and audience != Audience.INTERNAL)
    if by.role == Role.PARTNER:
        wake_for(case, partner_id, by=by, at=at)
    told = Told(_hearing(case, audience, partner_id), audience, reader)
    said = say(case, "case.message", by=by, at=at, text=body, kind=MessageKind.MESSAGE, told=told)
    clockwork.settle(case, at)
    return said.message


def _hearing(case: Case, audience: str, partner_id: UUID | None) -> People:
    """Return who is told of a text."""
    if audience == Audience.INTERNAL:
        return owner_of(case)
    return (*owner_of(case), *partners_contacts(case, only=partner_id))


def check_own(case: Case, by: Membership, audience: str, partner_id: UUID | None) -> None:
    """Refuse a partner's words that are not in its own name, or not for the vendor alone."""
    if audience != Audience.PARTY or partner_id not in parts_of(case, by):
        raise NotAllowed(_("A partner writes in its own name, to the vendor only."))


def _note_who_answers(
    case: Case, by: Membership, at: datetime, partner_id: UUID | None, *, asks: bool
) -> None:
    """Keep which parties the vendor waits for: those it asks, until they write."""
    parties = Party.objects.filter(case_id=case.pk)
    if partner_id is not None:
        parties = parties.filter(partner_id=partner_id)
    if by.role == Role.PARTNER:
        parties.update(asked_at=None)
    elif asks:
        parties.update(asked_at=at)


@transaction.atomic
def escalate(
    case: Case,
    *,
    by: Membership | None,
    at: datetime,
    reason: str,
    to_level: int | None = None,
    override: bool = False,
) -> Case:
    """Hand the case up one level, before the clock does. The level gets its full windows.

    `to_level` names the position it goes to; past the next one only a seat above may take it.
    `override` sets aside who may.
    """
    case = lock_case(case)
    leave = leave_for(case, by, override=override)
    target, act = target_of(case, by, to_level, leave)
    reason = required("reason", reason)
    before, previous = case.level.position, case.owner_id
    watching = overseers(case, leave, by, at)
    wake(case, by=by, at=at)
    clockwork.meet(case, [ClockKind.REQUEST], at)
    clockwork.end_turn(case, AssignmentEnd.ESCALATED, at)
    clockwork.end(case, at, clockwork.TURN_KINDS)
    turn = clockwork.begin_turn(case, target, at=at)
    clockwork.settle(case, at)
    people = (turn.owner_id, previous, *watching, *partners_contacts(case))
    said = say(
        case,
        "case.escalated",
        by=by,
        at=at,
        text=reason,
        facts={**climb_facts(before, turn, previous, cause="person"), **set_aside(leave)},
        told=Told(people, Audience.PARTIES),
    )
    keep(case, leave, act, said, before)
    alarm_if_unowned(case, turn, at)
    return case


def target_of(
    case: Case, by: Membership | None, to_level: int | None, leave: Leave
) -> tuple[LevelRules, Act]:
    """Return the level a case is handed up to, and what that is, or refuse to hand it there."""
    rules = rules_of(case)
    following = rules.above(case.level.position)
    ahead = [lv for lv in rules.levels if lv.position > case.level.position]
    climbable = {lv.position for lv in ahead if not lv.concessions_only}
    jumps = following is not None and to_level in climbable - {following.position}
    act = Act.JUMP if jumps else Act.ESCALATE
    check(case, act.value, by, leave)
    if following is None:
        raise NotNow(_("The case is on the top level already."), ["decide", "resolve"])
    if to_level is None:
        return following, act
    if to_level not in climbable:
        raise Invalid({"to_level": _("Name a level above the one the case is on.")})
    return rules.level(to_level), act


@transaction.atomic
def hand_back(
    case: Case, *, by: Membership | None, at: datetime, reason: str, override: bool = False
) -> Case:
    """Give the case back to the level it came from, which gets its full windows again.

    One that the clock has handed up may be sent back within the window for that, once. `override`
    sets aside whose turn it is, and that time.
    """
    case = lock_case(case)
    leave = leave_for(case, by, override=override)
    check(case, "hand_back", by, leave)
    reason = required("reason", reason)
    before, previous = case.level.position, case.owner_id
    lower, back = lower_turn(case), way_back(case, at)
    if lower is None:
        raise NotNow(_("The case started on this level."), ["reassign", "escalate"])
    if clockwork.waits(case, ClockKind.REQUEST):
        reason = _("A partner asks for the next level: answer that first.")
        raise NotNow(reason, ["escalate", "decline"])
    if back is WayBack.LATE:
        over = NotNow(_("The time for sending it back is over."), ["decide", "escalate"])
        leave.need(Rule.TIME, over)
    watching = overseers(case, leave, by, at)
    wake(case, by=by, at=at)
    clockwork.end_turn(case, AssignmentEnd.HANDED_BACK, at)
    clockwork.end(case, at, clockwork.TURN_KINDS)
    level = rules_of(case).level(lower.position)
    turn = clockwork.begin_turn(case, level, at=at, holder=former_holder(lower, at))
    clockwork.settle(case, at)
    moved = climb_facts(before, turn, previous, cause="person")
    said = say(
        case,
        "case.handed_back",
        by=by,
        at=at,
        text=reason,
        facts={**moved, "veto": back is not WayBack.OPEN, **set_aside(leave)},
        told=Told((turn.owner_id, previous, *watching, *partners_contacts(case)), Audience.PARTIES),
    )
    keep(case, leave, Act.HAND_BACK, said, before)
    alarm_if_unowned(case, turn, at)
    return case


@transaction.atomic
def reassign(
    case: Case, *, by: Membership | None, at: datetime, to_user_id: UUID, reason: str
) -> Case:
    """Give the case to a colleague on the same level, or to who stands in for them where they are
    away. The clocks run on as they are."""
    case = lock_case(case)
    check(case, "reassign", by)
    reason = required("reason", reason)
    held = chosen(case, to_user_id, by, at)
    if held.owner_id == case.owner_id:
        raise Invalid({"to": _("The case is with this person already.")})
    previous = case.owner_id
    turn = pass_turn(case, held, at)
    clockwork.settle(case, at)
    say(
        case,
        "case.reassigned",
        by=by,
        at=at,
        text=reason,
        facts=climb_facts(turn.position, turn, previous, cause="person"),
        told=Told((turn.owner_id, previous, *partners_contacts(case)), Audience.PARTIES),
    )
    return case


def refuse_while_pending(case: Case) -> None:
    """Refuse the last word on a dispute while somebody still has to decide a concession, or a
    partner waits for an answer to its request for the next level."""
    left = [verb for verb in allowed_in(case.status) if verb not in ("decide", "resolve")]
    if concession_pending(case):
        raise NotNow(_("A concession is pending: decide it, or take it back, first."), left)
    if clockwork.waits(case, ClockKind.REQUEST):
        raise NotNow(_("A partner asks for the next level: answer that first."), left)


@transaction.atomic
def decide(case: Case, *, by: Membership | None, at: datetime, outcome: str, reason: str) -> Case:
    """Give the holder's word on the dispute: meets the decision clock, and acknowledges."""
    case = lock_case(case)
    check(case, "decide", by)
    refuse_while_pending(case)
    reason = required("reason", reason)
    if outcome not in Outcome.values:
        raise Invalid({"outcome": _("Choose upheld, partly upheld or rejected.")})
    wake(case, by=by, at=at)
    clockwork.meet(case, clockwork.LEVEL_KINDS, at)
    clockwork.end(case, at, [ClockKind.REVIEW])
    case.status, case.outcome = Status.DECIDED, outcome
    clockwork.settle(case, at)
    say(
        case,
        "case.decided",
        by=by,
        at=at,
        text=reason,
        kind=MessageKind.DECISION,
        facts={"outcome": outcome, "position": case.level.position},
        told=Told((*owner_of(case), *partners_contacts(case)), Audience.PARTIES),
    )
    return case


@transaction.atomic
def revise(case: Case, *, by: Membership | None, at: datetime, reason: str) -> Case:
    """Take a decision up again, with the level's full decision window."""
    case = lock_case(case)
    check(case, "revise", by)
    reason = required("reason", reason)
    wake(case, by=by, at=at)
    case.status, case.outcome = Status.IN_PROGRESS, ""
    rules = rules_of(case)
    level = rules.level(case.level.position)
    with clockwork.within_hours():
        again = start_clock("decision", level.decision, at, rules.calendar, level.thresholds)
    clockwork.store(case, [again])
    clockwork.settle(case, at)
    told = Told((*owner_of(case), *partners_contacts(case)), Audience.PARTIES)
    say(case, "case.revised", by=by, at=at, text=reason, told=told)
    return case


@transaction.atomic
def resolve(case: Case, *, by: Membership | None, at: datetime, resolution: str = "") -> Case:
    """End a dispute: meets every clock of the case. A strategic one needs an issued memo, any other
    one a memo or a one-line resolution. What a memo binds people to do goes on."""
    case = lock_case(case)
    check(case, "resolve", by)
    refuse_while_pending(case)
    written = case.has_memo
    if not written and case.category.category_class == CategoryClass.STRATEGIC:
        raise NotNow(_("A strategic case is resolved with an issued memo."), ["decide", "withdraw"])
    if resolution.strip() or not written:
        resolution = required("resolution", resolution)
    wake(case, by=by, at=at)
    clockwork.meet(case, (*clockwork.LEVEL_KINDS, ClockKind.TOTAL), at)
    clockwork.end(case, at)
    clockwork.end_turn(case, AssignmentEnd.RESOLVED, at)
    case.status, case.resolution, case.resolved_at = Status.RESOLVED, resolution, at
    days = programme().close_after_days
    closing = start_clock("closing", Window(seconds=days * 86_400), at, always_open())
    clockwork.store(case, [closing])
    clockwork.settle(case, at)
    say(
        case,
        "case.resolved",
        by=by,
        at=at,
        text=resolution,
        kind=MessageKind.RESOLUTION,
        told=Told((*owner_of(case), *partners_contacts(case)), Audience.PARTIES),
    )
    return case


@transaction.atomic
def close(case: Case, *, by: Membership | None, at: datetime) -> Case:
    """File a resolved case away, before ten days do."""
    case = lock_case(case)
    check(case, "close", by)
    clockwork.end(case, at)
    case.status, case.closed_at = Status.CLOSED, at
    clockwork.settle(case, at)
    say(
        case,
        "case.closed",
        by=by,
        at=at,
        facts={"cause": "person"},
        told=Told((), Audience.PARTIES),
    )
    return case


@transaction.atomic
def withdraw(case: Case, *, by: Membership | None, at: datetime, reason: str) -> Case:
    """End a case that nobody pursues any more. All its clocks end."""
    case = lock_case(case)
    check(case, "withdraw", by)
    reason = required("reason", reason)
    wake(case, by=by, at=at)
    clockwork.end(case, at)
    clockwork.end_turn(case, AssignmentEnd.WITHDRAWN, at)
    case.status, case.closed_at = Status.WITHDRAWN, at
    clockwork.settle(case, at)
    say(
        case,
        "case.withdrawn",
        by=by,
        at=at,
        text=reason,
        told=Told((*owner_of(case), *partners_contacts(case)), Audience.PARTIES),
    )
    return case
