"""A case and what belongs to it, as the API sends them: plain values by name."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case
from cases.nextstep import Next, Standing, next_of
from ladder.money import plain_amount

Row = Mapping[str, Any]
Shape = dict[str, Any]
AS_THEY_ARE = (
    *("id", "number", "title", "status", "outcome", "category", "severity", "confidentiality"),
    *("deal_id", "external_id", "source", "channel", "cycle", "due_at", "due_missed"),
    *("memo_id", "opened_at", "updated_at", "resolved_at", "closed_at", "version"),
    "missing_fields",
)


def summary(row: Row) -> Shape:
    """Return a case as the list shows it."""
    return {
        **{name: row[name] for name in AS_THEY_ARE},
        "partner": named(row["partner_id"], row["partner_name"]),
        "owner": named(row["owner_id"], row["owner_name"]),
        "on_behalf_of": named(row["on_behalf_of_id"], row["on_behalf_of_name"]),
        "level": {
            "id": row["level_id"],
            "position": row["level_position"],
            "name": row["level_name"],
        },
        "ladder": row["ladder_id"],
        "clocks": [clock(one) for one in row["clocks"]],
        "pause": pause(row),
        "next_step": next_step(row),
    }


def named(ident: Any, name: str | None) -> Shape | None:
    """Return whoever it is by id and name, None where it is nobody."""
    return {"id": ident, "name": name or ""} if ident else None


def pause(row: Row) -> Shape | None:
    """Return what a case stands still for, None where it does not."""
    if row["paused_at"] is None:
        return None
    return {
        "reason": row["pause_reason"],
        "partner": row["owing_id"],
        "started_at": row["paused_at"],
        "review_by": row["pause_review_by"],
        "ends_by": row["pause_ends_by"],
    }


def clock(row: Row) -> Shape:
    """Return one deadline; one that stands still has none until it runs again."""
    return {
        "id": row["id"],
        "kind": row["kind"],
        "state": row["state"],
        "window": row["window"],
        "started_at": row["anchor"],
        "due_at": None if row["state"] == "paused" else row["due_at"],
        "met_at": row["met_at"],
        "breached_at": row["breached_at"],
        "ended_at": row["ended_at"],
        "subject": row["subject"],
    }


def next_step(row: Row) -> Shape | None:
    """Return what has to happen next, None where nothing does."""
    action = next_of(standing(row))
    if action == Next.NOTHING:
        return None
    who = row["owner_name"] if action not in (Next.CLOSE, Next.FIND_OWNER) else None
    return {"action": action, "text": text_of(action, who), "due_at": row["due_at"]}


def standing(row: Row) -> Standing:
    """Return how a case stands."""
    waiting = [k for k in row["clocks"] if asks(k, row)]
    return Standing(
        status=row["status"],
        owned=row["owner_id"] is not None,
        lacks_fields=bool(row["missing_fields"]),
        unanswered=any(k["kind"] == "response" for k in waiting),
        requested=any(k["kind"] == "request" for k in waiting),
        concession_pending=any(k["kind"] == "approval" for k in waiting),
        paused=row["paused_at"] is not None,
        has_memo=row["memo_id"] is not None and row["memo_cycle"] == row["cycle"],
        strategic=row["strategic"],
    )


def asks(one: Row, row: Row) -> bool:
    """Whether a clock still asks for something: of this turn, or about a concession."""
    waits = one["met_at"] is None and one["ended_at"] is None
    of_turn = one["assignment_id"] == row["assignment_id"]
    return waits and (of_turn or one["kind"] == "approval")


def text_of(action: Next, who: str | None) -> str:
    """Return what comes next, as a sentence for a person."""
    texts = {
        Next.COMPLETE_FIELDS: _("Complete what is missing"),
        Next.FIND_OWNER: _("Find an owner"),
        Next.ACKNOWLEDGE: _("Acknowledge"),
        Next.ANSWER_REQUEST: _("Answer the partner's request for the next level"),
        Next.DECIDE_CONCESSION: _("Decide the concession"),
        Next.DECIDE: _("Decide"),
        Next.WAIT: _("Wait for the answer, or go on"),
        Next.WRITE_RESULT: _("Write the result down"),
        Next.ISSUE_MEMO: _("Issue the memo"),
        Next.RESOLVE: _("Resolve the case"),
        Next.CLOSE: _("Closes by itself"),
    }
    # The concession is decided by whoever has the authority, not by the case's owner.
    if who and action != Next.DECIDE_CONCESSION:
        return _("%(what)s: %(name)s") % {"what": texts[action], "name": who}
    return texts[action]


RESULT = ("cycle", "outcome", "resolution", "memo_id", "resolved_at", "closed_at")


def whole(row: Row, case: Case, parties: Iterable[Any], results: Iterable[Any]) -> Shape:
    """Return a case with everything that was told about it."""
    return {
        **summary(row),
        "description": case.description,
        "severity_reason": case.severity_reason,
        "impact": case.impact,
        "impact_score": case.impact_score,
        "fields": case.fields,
        "amount": plain_amount(case.amount),
        "currency": case.currency,
        "source_url": case.source_url,
        "region": case.region.slug if case.region else None,
        "resolution": case.resolution,
        "parties": [
            {"partner": named(party.partner_id, party.partner.name), "role": party.role}
            for party in parties
        ],
        "earlier_results": [{name: getattr(one, name) for name in RESULT} for one in results],
    }
