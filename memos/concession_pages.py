"""What pages show of concessions: plain values, named as the templates read them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from cases.access import works_on
from cases.models import Case, Clock
from cases.pages import ClockChip, asked_name, clock_words, facts_line, running_state
from cases.queries import names_of, party_names
from cases.sections import Section
from ladder.models import Level
from ladder.money import amount_text
from ladder.seats import Holder
from memos.approvals import Asked, Policy, asked_of
from memos.concession_access import decidable
from memos.concession_words import percent_text
from memos.models import Concession, ConcessionState, Decision, Verdict
from memos.routing import last_clocks
from tenants.models import Membership

CASE_PAGE_ORDER = 20
EXCERPT = 200
BADGES = {
    ConcessionState.APPROVED: "badge-done",
    ConcessionState.DENIED: "badge-late",
    ConcessionState.COUNTERED: "badge-soon",
    ConcessionState.PENDING: "badge-accent",
}


def title_of(concession: Concession) -> str:
    """Return a concession in a few words: what, to whom."""
    words = {"kind": concession.get_kind_display(), "partner": concession.partner.name}
    return _("%(kind)s to %(partner)s") % words


def has_lapsed(concession: Concession) -> bool:
    """Whether the case ended before anybody decided."""
    return concession.state == ConcessionState.PENDING and not concession.case.is_open


def approval_chip(clock: Clock, slug: str, now: datetime) -> ClockChip:
    """Return the clock of who has to decide."""
    state = running_state(clock.due_at, clock.soon_at, now)
    url = reverse("case-clock", args=[slug, clock.case_id, clock.pk])
    label = clock_words()["approval"]
    return ClockChip("approval", label, state, clock.due_at, soon_at=clock.soon_at, url=url)


def worth_text(concession: Concession) -> str:
    """Return what an amount is worth in the programme's currency, where that is another one."""
    if concession.value is None:
        return _("no exchange rate: the highest level decides")
    if concession.value_currency == concession.currency:
        return ""
    return _("worth %(amount)s") % {
        "amount": amount_text(concession.value, concession.value_currency)
    }


def decision_line(decision: Decision, concession: Concession) -> dict[str, Any]:
    """Return who decided what, with the reason."""
    by = decision.by.name
    if decision.on_behalf_of:
        names = {"by": by, "holder": decision.on_behalf_of.name}
        by = _("%(by)s, on behalf of %(holder)s") % names
    offered = (
        percent_text(decision.percent),
        amount_text(decision.amount, concession.currency),
    )
    return {
        "verdict": decision.verdict,
        "label": decision.get_verdict_display(),
        "badge": BADGES[STATE_OF[Verdict(decision.verdict)]],
        "by": by,
        "level": decision.level.name,
        "at": decision.at,
        "reason": decision.reason,
        "conditions": decision.conditions,
        "offered": ", ".join(part for part in offered if part),
        "revision": decision.revision,
        "void": decision.voided_at is not None,
    }


STATE_OF = {
    Verdict.APPROVE: ConcessionState.APPROVED,
    Verdict.DENY: ConcessionState.DENIED,
    Verdict.COUNTER: ConcessionState.COUNTERED,
}


def card(
    concession: Concession,
    clock: Clock | None,
    decisions: Sequence[Decision],
    slug: str,
    now: datetime,
) -> dict[str, Any]:
    """Return a concession as a list or a page shows it."""
    lapsed = has_lapsed(concession)
    waits = concession.state == ConcessionState.PENDING and not lapsed and clock is not None
    in_force = [decision for decision in decisions if decision.voided_at is None]
    return {
        "id": concession.pk,
        "number": concession.number,
        "revision": concession.revision,
        "title": title_of(concession),
        "partner": concession.partner.name,
        "amount_text": amount_text(concession.amount, concession.currency),
        "percent_text": percent_text(concession.percent),
        "worth_text": worth_text(concession),
        "state": concession.state,
        "state_label": _("Lapsed") if lapsed else concession.get_state_display(),
        "badge": "" if lapsed else BADGES.get(ConcessionState(concession.state), ""),
        "reason": concession.reason,
        "condition": concession.condition,
        "conditions": concession.conditions,
        "asked_by": concession.requested_by.name,
        "asked_for": concession.requested_for.name if concession.requested_for else "",
        "asked_at": concession.requested_at,
        "decider": asked_name(clock) if waits and clock else "",
        "backup": clock.backup.name if waits and clock and clock.backup else "",
        "level": clock.level.name if waits and clock and clock.level else "",
        "clock": approval_chip(clock, slug, now) if waits and clock else None,
        "decision": decision_line(in_force[-1], concession) if in_force else None,
    }


def decisions_of(concessions: Iterable[Concession]) -> dict[UUID, list[Decision]]:
    """Return every decision on some concessions, in order."""
    ids = [concession.pk for concession in concessions]
    found: dict[UUID, list[Decision]] = defaultdict(list)
    related = ("by", "on_behalf_of", "level")
    for decision in Decision.objects.filter(concession_id__in=ids).select_related(*related):
        found[decision.concession_id].append(decision)
    return found


def case_section(case: Case, member: Membership, now: datetime) -> Section | None:
    """Return the concessions of a case for its page: nothing where there are none, and none can be
    asked for."""
    related = ("partner", "requested_by", "requested_for")
    found = list(Concession.objects.filter(case_id=case.pk).select_related(*related))
    asks = case.is_open and works_on(case, member)
    if not found and not asks:
        return None
    for concession in found:
        concession.case = case
    clocks, decisions = last_clocks(c.pk for c in found), decisions_of(found)
    mine, slug = decidable(case, found, clocks, member), member.tenant.slug
    rows = [
        {
            **card(concession, clocks.get(concession.pk), decisions[concession.pk], slug, now),
            "url": reverse("concession", args=[slug, case.pk, concession.pk]),
            "decides": concession.pk in mine,
        }
        for concession in found
    ]
    ask_url = reverse("concession-new", args=[slug, case.pk]) if asks else ""
    context = {"rows": rows, "ask_url": ask_url}
    return Section("components/concession_section.html", context, CASE_PAGE_ORDER)


def waiting(member: Membership, now: datetime) -> list[dict[str, Any]]:
    """Return the cards of what waits for a member; as many queries for fifty as for one."""
    asked = asked_of(member)
    if not asked:
        return []
    cases = [clock.case for _concession, clock in asked]
    policy = Policy(cases, timezone.localdate(now), now, member)
    parties = party_names(cases)
    nexts = {clock.pk: policy.next_decider(clock) for _concession, clock in asked}
    acting = {clock.pk: policy.capacity(clock) for _concession, clock in asked}
    behalf = {pk: held.on_behalf_of for pk, held in acting.items() if held and held.on_behalf_of}
    names = names_of({*(found[1].owner_id for found in nexts.values() if found), *behalf.values()})
    slug = member.tenant.slug
    return [
        {
            **card(one.concession, one.clock, (), slug, now),
            **case_lines(one.clock.case, parties.get(one.clock.case_id, [])),
            "tier": one.concession.partner.tier.name if one.concession.partner.tier else "",
            "case_url": reverse("case", args=[slug, one.clock.case_id]),
            "url": reverse("concession", args=[slug, one.clock.case_id, one.concession.pk]),
            "limit": limit_of(one, policy),
            "nothing": if_nothing(one.clock, nexts[one.clock.pk], names, now),
            "in_place_of": names[behalf[one.clock.pk]] if one.clock.pk in behalf else "",
            "stands_in": behalf.get(one.clock.pk) in policy.acting.people,
            "concession": one.concession,
        }
        for one in asked
    ]


def case_lines(case: Case, parties: list[str]) -> dict[str, Any]:
    """Return a case in three lines: what it is called, who is in it, what happened."""
    owner = case.owner.name if case.owner else _("Nobody")
    return {
        "case_number": case.number,
        "case_title": case.title,
        "case_facts": f"{facts_line(parties, case)} · {case.get_status_display()}, {owner}",
        "case_story": str(Truncator(" ".join(case.description.split())).chars(EXCERPT)),
    }


def limit_of(one: Asked, policy: Policy) -> dict[str, Any]:
    """Return what is asked for against the limit of the level that was asked."""
    rung, concession = policy.authority(one.clock), one.concession
    limit = rung.amount if rung else Decimal(0)
    found: dict[str, Any] = {"level": one.clock.level.name if one.clock.level else ""}
    if limit is None or concession.value is None:
        return {**found, "text": _("No limit") if limit is None else "", "share": None}
    share = min(Decimal(100), concession.value * 100 / limit) if limit else Decimal(100)
    return {
        **found,
        "value_text": amount_text(concession.value, policy.currency),
        "text": amount_text(limit, policy.currency),
        "share": f"{share:.1f}",
    }


def if_nothing(
    clock: Clock, found: tuple[Level, Holder] | None, names: dict[UUID, str], now: datetime
) -> str:
    """Return what happens if nobody decides."""
    due = date_format(timezone.localtime(clock.due_at), "D j M H:i")
    if found is not None:
        level, held = found
        name = names.get(held.owner_id, "") if held.owner_id else ""
        values = {"due": due, "name": name, "level": level.name}
        said = _("At %(due)s this goes to %(name)s, %(level)s. Nothing is approved by itself.")
        return said % values
    if clock.due_at <= now:
        return _("It is past due and nobody is above you: you are reminded, and so are the admins.")
    said = _(
        "At %(due)s the admins are told that it was missed, and you are reminded until you decide."
        " Nothing is approved by itself."
    )
    return said % {"due": due}
