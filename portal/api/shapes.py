"""A partner's case and what belongs to it, as the API sends them."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cases.models import ClockKind
from cases.nextstep import Next, Standing, next_of
from cases.shapes import Shape, clock, named, text_of
from portal import queries
from portal.clocks import clocks_of
from portal.dues import dues_among
from portal.queries import OwnCase

Row = Mapping[str, Any]
# What is only the vendor's.
HIDDEN: Shape = {
    "severity": None,
    "confidentiality": None,
    # Who acts is told, not that somebody is away.
    "on_behalf_of": None,
    "level": None,
    "ladder": None,
    "missing_fields": [],
    "deal_id": "",
    "external_id": None,
    "source": "",
    "channel": None,
    # It moves with every other party's answer.
    "updated_at": None,
    "version": None,
}
HIDDEN_DETAILS: Shape = {
    "severity_reason": "",
    "impact": {},
    "impact_score": None,
    "fields": {},
    "amount": None,
    "currency": "",
    "source_url": "",
    "region": None,
    "resolution": "",
    "earlier_results": [],
}


def summaries(partner_id: UUID, rows: Sequence[dict[str, Any]]) -> list[Shape]:
    """Return a partner's cases as lists show them, from rows read with their parts; two more
    queries, for fifty as for one."""
    joined = {row["id"]: row["parties__joined_at"] for row in rows}
    clocks = clocks_of(partner_id, rows, joined)
    dues = dues_among(rows, chain.from_iterable(clocks.values()))
    pauses = queries.pauses_of(partner_id, list(joined))
    found = []
    for row, case in zip(rows, queries.told(rows, dues), strict=True):
        company = named(partner_id, row["parties__partner__name"])
        shape = summary(row, case, clocks.get(case.id, []), company)
        found.append({**shape, "pause": pause(pauses.get(case.id))})
    return found


def pause(row: Row | None) -> Shape | None:
    """Return what a case stands still for; which party owes something is not told."""
    return {**row, "partner": None} if row else None


def summary(row: Row, case: OwnCase, clocks: list[Row], company: Shape | None) -> Shape:
    """Return one case."""
    return {
        **HIDDEN,
        "id": case.id,
        "number": case.number,
        "title": case.title,
        "status": case.status,
        "outcome": case.outcome,
        "category": row["category__slug"],
        "partner": company if case.is_own else None,
        "owner": named(row["owner_id"], case.owner_name) if case.owner_name else None,
        "clocks": [clock({**one, "window": None}) for one in clocks],
        "next_step": next_step(row, case, clocks),
        "due_at": case.due_at,
        "due_missed": case.due_missed,
        "cycle": row["cycle"],
        "memo_id": row["own_memo"],
        "opened_at": case.opened_at,
        "resolved_at": case.resolved_at,
        "closed_at": case.closed_at,
    }


def next_step(row: Row, case: OwnCase, clocks: list[Row]) -> Shape | None:
    """Return what comes next: the partner's answer where it was asked, else the vendor's step."""
    if case.needs_answer:
        return {"action": Next.REPLY, "text": _("The vendor waits for your answer"), "due_at": None}
    waits = any(
        one["kind"] == ClockKind.RESPONSE
        and one["assignment_id"] == row["assignment_id"]
        and one["met_at"] is None
        for one in clocks
    )
    standing = Standing(
        case.status,
        unanswered=waits,
        paused=case.due_kind == ClockKind.PAUSE,
        has_memo=row["own_memo"] is not None,
    )
    action = next_of(standing)
    if action == Next.NOTHING:
        return None
    return {"action": action, "text": text_of(action, case.owner_name), "due_at": case.due_at}


def whole(shape: Shape, account: str, role: str, company: Shape | None) -> Shape:
    """Return a case with what the partner itself told of it."""
    parties = [{"partner": company, "role": role}]
    return {**shape, **HIDDEN_DETAILS, "description": account, "parties": parties}
