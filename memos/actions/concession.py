"""Asking for a concession, and deciding it. Neither moves the case: not its status, its holder or
its own clocks.

`by` is who acts; `at` is when. A verb locks the case, looks again whether it is allowed, and
refuses with a reason (`NotAllowed`, `NotNow`, `Invalid`) or does all of it. Texts stand in the
case's timeline, for staff; events carry ids, kinds, amounts and hashes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases import clockwork
from cases.access import hold_of, lock_case, works_on
from cases.actions import required
from cases.facts import Asked
from cases.models import Case, Clock, ClockKind, ClockState
from cases.rules import rules_of
from cases.starting import ask
from cases.telling import Told, parties_of, say
from ladder.money import plain_amount
from memos.concession_access import Capacity, capacities_of, check
from memos.models import Concession, ConcessionState, Decision, Verdict
from memos.routing import Way, barred_from, day_of, find_way, last_clocks, levels_for, worth
from memos.terms import Ask, Terms, optional, read_terms
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Membership
from tenants.seen import refuse_stale

STATES = {
    Verdict.APPROVE: ConcessionState.APPROVED,
    Verdict.DENY: ConcessionState.DENIED,
    Verdict.COUNTER: ConcessionState.COUNTERED,
}


@transaction.atomic
def request_concession(
    case: Case,
    ask_for: Ask,
    *,
    by: Membership,
    at: datetime,
    partner_id: UUID,
    reason: str,
    condition: str = "",
) -> Concession:
    """Ask to concede something to a party. It goes to the lowest level that has the authority,
    which has its own decision window for it."""
    case = _open_case(case, by)
    reason, condition = required("reason", reason), optional("condition", condition)
    if partner_id not in parties_of(case):
        raise Invalid({"partner": _("This partner is not a party to the case.")})
    wanted = read_terms(ask_for)
    case.acting_for = hold_of(case, by.user_id).on_behalf_of
    barred = {by.user_id, case.acting_for or by.user_id}
    way = find_way(case, wanted, barred, at)
    concession = Concession(
        tenant_id=case.tenant_id,
        case=case,
        number=_next_number(case),
        partner_id=partner_id,
        reason=reason,
        condition=condition,
        requested_by_id=by.user_id,
        requested_for_id=case.acting_for,
    )
    _put(concession, wanted, way, at)
    concession.save(force_insert=True)
    _start_clock(concession, way, barred, at)
    people = (way.holder.owner_id, way.holder.backup_id, case.owner_id)
    text = _joined(reason, _("Condition: %(text)s"), condition)
    _say(concession, "requested", by, at, text=text, told=people, to=way)
    return concession


@transaction.atomic
def change_concession(
    concession: Concession, ask_for: Ask, *, by: Membership, at: datetime, reason: str
) -> Concession:
    """Ask again, for another kind, amount or percent: the next revision. What was decided before
    is void, and the request goes to whoever has the authority for it now."""
    concession = _locked(concession)
    case = concession.case
    check(concession, "change", by)
    reason, wanted = required("reason", reason), read_terms(ask_for)
    if wanted == _asked(concession):
        raise Invalid({"amount": _("This is what was asked for already.")})
    barred = barred_from(concession) | {by.user_id, case.acting_for or by.user_id}
    way = find_way(case, wanted, barred, at)
    people = [*_answering(concession), way.holder.owner_id, way.holder.backup_id]
    before: dict[str, object] = {
        "amount_before": plain_amount(concession.amount),
        "kind_before": concession.kind,
    }
    _end_clocks(concession, at)
    concession.decisions.filter(voided_at=None).update(voided_at=at)
    concession.revision, concession.reason = concession.revision + 1, reason
    _put(concession, wanted, way, at)
    concession.save(force_update=True)
    _start_clock(concession, way, barred, at)
    told = (*people, *_asking(concession))
    _say(concession, "changed", by, at, text=reason, told=told, to=way, more=before)
    return concession


@transaction.atomic
def decide_concession(
    concession: Concession,
    *,
    by: Membership,
    at: datetime,
    verdict: str,
    reason: str,
    conditions: str = "",
    amount: str | Decimal | None = None,
    percent: str | Decimal | None = None,
) -> Decision:
    """Approve, deny or counter, with a reason. `conditions` go with an approval or a counter;
    `amount` and `percent` are the counter's. Decided late, before anybody noticed, it is decided.
    """
    concession = _locked(concession)
    check(concession, "decide", by)
    if verdict not in Verdict.values:
        raise Invalid({"verdict": _("Choose approve, deny or counter.")})
    reason, conditions = required("reason", reason), optional("conditions", conditions)
    allowed = _asked(concession)
    if verdict == Verdict.COUNTER:
        allowed = _counter(concession, amount, percent)
    said = _Said(Verdict(verdict), reason, conditions)
    capacity = _capacity(concession, said.verdict, allowed, by, at)
    decision = _write_down(concession, said, allowed, capacity, by, at)
    _carry_out(concession, decision)
    text = _joined(reason, _("Conditions: %(text)s"), decision.conditions)
    facts = {**_facts_of(decision), "position": capacity.position}
    told = _asking(concession)
    _say(concession, concession.state, by, at, text=text, told=told, more=facts)
    return decision


@transaction.atomic
def accept_counter(concession: Concession, *, by: Membership, at: datetime) -> Concession:
    """Take what was offered instead: approved at that amount, which the level could allow."""
    concession = _locked(concession)
    check(concession, "accept", by)
    decision = concession.decisions.get(revision=concession.revision)
    assert concession.counter_amount is not None  # noqa: S101 - a counter names its amount
    concession.amount, concession.percent = concession.counter_amount, concession.counter_percent
    day = day_of(concession.case, decision.at)
    concession.value, concession.value_currency = worth(_asked(concession), day)
    concession.state, concession.decided_at = ConcessionState.APPROVED, at
    concession.save(force_update=True)
    told = (decision.by_id, decision.on_behalf_of_id, *_asking(concession))
    _say(concession, "accepted", by, at, told=told)
    return concession


@transaction.atomic
def withdraw_concession(
    concession: Concession, *, by: Membership, at: datetime, reason: str
) -> Concession:
    """Take a request back: nobody has to decide it any more."""
    concession = _locked(concession)
    check(concession, "withdraw", by)
    reason = required("reason", reason)
    told = (*_answering(concession), *_asking(concession))
    _end_clocks(concession, at)
    concession.state = ConcessionState.WITHDRAWN
    concession.save(force_update=True)
    _say(concession, "withdrawn", by, at, text=reason, told=told)
    return concession


def _open_case(case: Case, by: Membership) -> Case:
    """Lock a case in which somebody may ask for something, or refuse."""
    case = lock_case(case)
    if not works_on(case, by):
        raise NotAllowed(_("Only staff of the vendor can do this."))
    if not case.is_open:
        raise NotNow(_("The case has ended."))
    return case


def _next_number(case: Case) -> int:
    last = Concession.objects.filter(case_id=case.pk).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _locked(seen: Concession) -> Concession:
    """Lock the case, then read the concession: of two who act at once the second sees what the
    first did. What was meant for another revision is refused."""
    case = lock_case(seen.case)
    concession = Concession.objects.get(pk=seen.pk)
    concession.case = case
    if seen.seen_revision not in (None, concession.revision):
        raise NotNow(_("The request was changed since you opened it. Please read it again."))
    refuse_stale(seen.seen_tags, concession.tag)
    return concession


def _asked(concession: Concession) -> Terms:
    return Terms(concession.kind, concession.amount, concession.currency, concession.percent)


def _asking(concession: Concession) -> tuple[UUID | None, ...]:
    """Return who is told what became of a request."""
    return (concession.requested_by_id, concession.requested_for_id, concession.case.owner_id)


def _answering(concession: Concession) -> list[UUID | None]:
    """Return who was asked last, and who has decided."""
    clock = last_clocks([concession.pk]).get(concession.pk)
    decided = concession.decisions.filter(voided_at=None).values_list("by_id", flat=True)
    return [*((clock.owner_id, clock.backup_id) if clock else ()), *decided]


def _put(concession: Concession, wanted: Terms, way: Way, at: datetime) -> None:
    """Write down what is asked for; nothing is decided about it yet."""
    concession.kind, concession.percent = wanted.kind, wanted.percent
    concession.amount, concession.currency = wanted.amount, wanted.currency
    concession.value, concession.value_currency = way.value, way.value_currency
    concession.state, concession.requested_at = ConcessionState.PENDING, at
    concession.decided_at = concession.counter_amount = concession.counter_percent = None
    concession.conditions = ""


def _counter(
    concession: Concession, amount: str | Decimal | None, percent: str | Decimal | None
) -> Terms:
    """Return what is offered instead; what was asked for is no counter."""
    given = "" if amount is None else amount
    offered = read_terms(Ask(concession.kind, given, concession.currency, percent))
    if offered == _asked(concession):
        raise Invalid({"amount": _("This is what was asked for: approve it, or offer another.")})
    if offered.amount > concession.amount:
        raise Invalid({"amount": _("This is more than was asked for.")})
    if offered.percent and concession.percent and offered.percent > concession.percent:
        raise Invalid({"percent": _("This is more than was asked for.")})
    return offered


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody with the authority said."""

    verdict: Verdict
    reason: str
    conditions: str


def _write_down(
    concession: Concession,
    said: _Said,
    allowed: Terms,
    capacity: Capacity,
    by: Membership,
    at: datetime,
) -> Decision:
    """Keep a decision. A denial allows nothing, so it has no amount and no conditions."""
    denied = said.verdict == Verdict.DENY
    return Decision.objects.create(
        tenant_id=concession.tenant_id,
        concession=concession,
        revision=concession.revision,
        verdict=said.verdict,
        reason=said.reason,
        amount=None if denied else allowed.amount,
        percent=None if denied else allowed.percent,
        conditions="" if denied else said.conditions,
        by_id=by.user_id,
        on_behalf_of_id=capacity.on_behalf_of,
        level_id=capacity.level_id,
        at=at,
    )


def _capacity(
    concession: Concession, verdict: Verdict, allowed: Terms, by: Membership, at: datetime
) -> Capacity:
    """Return by whose authority somebody decides; what that does not cover, by the limits and
    rates of now, is refused. Every level that was asked may deny."""
    held = capacities_of(concession, by.user_id)
    if verdict == Verdict.DENY:
        return held[0]
    able = levels_for(concession.case, allowed, at)
    for capacity in held:
        if capacity.level_id in able:
            return capacity
    if verdict == Verdict.COUNTER:
        raise Invalid({"amount": _("This is beyond your own authority.")})
    said = _("By the limits of now this is beyond your authority. Who asked has to ask again.")
    raise NotNow(said, [_("offer less"), _("deny")])


def _carry_out(concession: Concession, decision: Decision) -> None:
    """Let the request stand as it was decided, and meet its clock."""
    clockwork.meet(concession.case, [ClockKind.APPROVAL], decision.at, subject=concession.pk)
    clockwork.end(concession.case, decision.at, [ClockKind.REMINDER], subject=concession.pk)
    concession.state = STATES[Verdict(decision.verdict)]
    concession.decided_at, concession.conditions = decision.at, decision.conditions
    if decision.verdict == Verdict.COUNTER:
        concession.counter_amount = decision.amount
        concession.counter_percent = decision.percent
    concession.save(force_update=True)


def _facts_of(decision: Decision) -> dict[str, object]:
    """Return what the trail keeps of a decision."""
    facts: dict[str, object] = {"conditional": bool(decision.conditions)}
    if decision.on_behalf_of_id:
        facts["on_behalf_of"] = str(decision.on_behalf_of_id)
    if decision.verdict == Verdict.COUNTER and decision.amount is not None:
        facts["offered"] = plain_amount(decision.amount)
        if decision.percent is not None:
            facts["offered_percent"] = plain_amount(decision.percent)
    return facts


def _start_clock(concession: Concession, way: Way, barred: Iterable[UUID], at: datetime) -> None:
    rules = rules_of(concession.case)
    asked = Asked(
        subject=concession.pk,
        owner_id=way.holder.owner_id,
        backup_id=way.holder.backup_id,
        level_id=way.level_id,
        barred=tuple(sorted(barred)),
        on_behalf_of=way.holder.on_behalf_of,
    )
    with clockwork.within_hours():
        new = ask(rules.rung(way.level_id), rules.calendar, at, asked)
    clockwork.store(concession.case, [new])


def _end_clocks(concession: Concession, at: datetime) -> None:
    """End what asks about a concession; what was missed stays on record, and asks no more."""
    kinds = [ClockKind.APPROVAL, ClockKind.REMINDER]
    clockwork.end(concession.case, at, kinds, subject=concession.pk)
    missed = Clock.objects.filter(subject=concession.pk, state=ClockState.BREACHED)
    missed.filter(met_at=None, ended_at=None).update(ended_at=at)


def _joined(reason: str, label: str, text: str) -> str:
    """Return a reason with the condition that goes with it."""
    return f"{reason}\n\n{label % {'text': text}}" if text else reason


def _say(
    concession: Concession,
    what: str,
    by: Membership,
    at: datetime,
    *,
    text: str = "",
    told: Iterable[UUID | None] = (),
    to: Way | None = None,
    more: Mapping[str, object] | None = None,
) -> None:
    """Record one event, tell people, and note that the case has changed."""
    case = concession.case
    facts: dict[str, object] = {
        "concession": str(concession.pk),
        "number": concession.number,
        "revision": concession.revision,
        "kind": concession.kind,
        "amount": plain_amount(concession.amount),
        "currency": concession.currency,
        **(more or {}),
    }
    if concession.percent is not None:
        facts["percent"] = plain_amount(concession.percent)
    if to is not None:
        facts |= {"to": to.position, "owner": str(to.holder.owner_id)}
        if to.holder.on_behalf_of:
            facts["on_behalf_of"] = str(to.holder.on_behalf_of)
    case.changed(at)
    case.save(update_fields=["updated_at", "version"], force_update=True)
    say(case, f"concession.{what}", by=by, at=at, facts=facts, text=text, told=Told(told))
