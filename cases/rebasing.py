"""Clocks that run are put on the rules of today: asked for by one admin, approved by another.

Rules are pinned when a clock starts, and a change of rules never touches a clock that runs. Where
it should, an admin says why, everybody who reads the rules sees what it would change, and another
admin approves it or turns it down. `cases.rebasework` carries it out.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import visible_cases
from cases.actions import required
from cases.models import OPEN, Answer, Case, Rebase
from cases.rebaselook import Look, tally
from cases.rebaseplan import Scope, rules_now
from cases.rebasework import carry_few, few, leave_to_worker, note
from cases.telling import admins
from cases.today import Today, rules_of_today
from journal.actions import tell
from ladder.actions import hold_policy
from tenants import scope as tenancy
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Membership, Role


def allowed(by: Membership) -> None:
    """Refuse who may not ask for a re-base, nor answer one."""
    if by.role != Role.ADMIN:
        raise NotAllowed(_("Only an admin of the programme puts running clocks on other rules."))


def is_stale(rebase: Rebase, today: Today) -> bool:
    """Whether the rules are others than those that a proposal was asked for."""
    return not rebase.answer and rules_now(rebase, today) != rebase.rules


@transaction.atomic
def ask_rebase(scope: Scope, *, by: Membership, at: datetime, reason: str) -> Rebase:
    """Ask for the running clocks of a calendar, a ladder or a case to be put on the rules of today.
    Nothing changes until another admin approves it.

    Raises `NotNow` where every clock runs by these rules already.
    """
    allowed(by)
    reason = required("reason", reason)
    hold_policy()
    today = rules_of_today()
    check_scope(scope, today, by)
    found = tally(Look(Case.objects.all(), scope, today, at))
    if not found.clocks and not found.more:
        raise NotNow(_("Nothing would change: these clocks run by the rules of today."))
    rebase = Rebase.objects.create(
        tenant_id=tenancy.tenant_in_force(),
        case_id=scope.case_id,
        ladder_id=scope.ladder_id,
        calendar_id=scope.calendar_id,
        reason=reason,
        rules=scope.rules(today),
        by_id=by.user_id,
        at=at,
    )
    event = note(rebase, "rebase.asked", by=by, at=at, text=reason)
    tell(event, admins(), at=at)
    return rebase


def check_scope(scope: Scope, today: Today, by: Membership) -> None:
    """Refuse what is not there, or not for this member to see; and a case that is over."""
    none = _("There is none like this.")
    if scope.case_id is not None:
        status = visible_cases(by).filter(pk=scope.case_id).values_list("status", flat=True)
        if not status:
            raise Invalid({"case": none})
        if status[0] not in OPEN:
            raise NotNow(_("The case is over: no clock of it can be put on other rules."))
    elif scope.ladder_id is not None and scope.ladder_id not in today.ladders:
        raise Invalid({"ladder": none})
    elif scope.calendar_id is not None and scope.calendar_id not in today.newest:
        raise Invalid({"calendar": none})
    elif scope == Scope():
        raise Invalid({"": _("Name a calendar, a ladder or a case.")})


@transaction.atomic
def approve_rebase(rebase: Rebase, *, by: Membership, at: datetime, word: str) -> Rebase:
    """Approve a proposal, as another admin than who asked. What is due when is worked out anew, by
    what is true of each case then: at once for a few, by a worker for many.

    Raises `NotNow` where the rules have changed since it was asked for.
    """
    found = _open(rebase, by)
    word = required("word", word)
    hold_policy()
    today = rules_of_today()
    if is_stale(found, today):
        reason = _("The rules have changed since: turn it down, and ask for what would change now.")
        raise NotNow(reason, ["rebase.turn_down"])
    _answer(found, Answer.APPROVED, by, at, word)
    if few(found, today):
        carry_few(found, today, at)
    else:
        leave_to_worker(found)
    return found


@transaction.atomic
def turn_down_rebase(rebase: Rebase, *, by: Membership, at: datetime, word: str) -> Rebase:
    """Turn a proposal down, as another admin than who asked: clocks run on as they do."""
    found = _open(rebase, by)
    _answer(found, Answer.TURNED_DOWN, by, at, required("word", word))
    return found


def _open(rebase: Rebase, by: Membership) -> Rebase:
    """Lock a proposal; refuse who may not answer it, and a second answer."""
    allowed(by)
    found = Rebase.objects.select_for_update(of=("self",)).get(pk=rebase.pk)
    if found.by_id == by.user_id:
        raise NotAllowed(_("Another admin answers what one has asked for."))
    if found.answer:
        raise NotNow(_("This was answered already."))
    return found


def _answer(rebase: Rebase, answer: Answer, by: Membership, at: datetime, word: str) -> None:
    rebase.answer, rebase.word = answer, word
    rebase.answered_by_id, rebase.answered_at = by.user_id, at
    rebase.save(update_fields=["answer", "word", "answered_by", "answered_at"], force_update=True)
    event = note(rebase, f"rebase.{answer}", by=by, at=at, text=word)
    tell(event, [rebase.by_id], at=at)
