"""What the page of a case shows of partners that ask for the next level."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from cases.access import may
from cases.forms import DeclineForm
from cases.models import Case, Clock, Message
from cases.requests import unanswered
from journal.models import Event
from partners.models import Partner
from tenants.models import Membership


def requests_shown(case: Case, member: Membership, refused: Any = None) -> list[dict[str, Any]]:
    """Return each request that waits for an answer: who asks, why, until when, and the form that
    declines it where this member may. `refused` is such a form that came back."""
    waiting = unanswered(case) if case.is_open else []
    if not waiting:
        return []
    asking = [clock.subject for clock in waiting if clock.subject]
    names = dict(Partner.objects.filter(pk__in=asking).values_list("id", "name"))
    reasons, declines = reasons_of(case, asking), may(case, "decline", member)
    return [
        {
            "key": f"decline-{number}",
            "partner": names.get(clock.subject) if clock.subject else "",
            "reason": reasons.get(clock.subject, ""),
            "asked_at": clock.anchor,
            "due_at": clock.due_at,
            "missed": clock.state == "breached",
            "why_url": reverse("case-clock", args=[member.tenant.slug, case.pk, clock.pk]),
            "form": form_of(clock, refused) if declines else None,
        }
        for number, clock in enumerate(waiting, start=1)
    ]


def form_of(clock: Clock, refused: Any) -> DeclineForm:
    """Return the form that declines one request, with what was written where it came back."""
    if refused is not None and refused.data.get("partner") == str(clock.subject):
        found: DeclineForm = refused
        return found
    return DeclineForm(initial={"partner": clock.subject})


def reasons_of(case: Case, partner_ids: list[UUID]) -> dict[UUID | None, str]:
    """Return why each of these partners asked the last time."""
    asked = Event.objects.filter(
        case_id=case.pk, kind="case.requested", partner_id__in=partner_ids
    ).order_by("at")
    last = dict(asked.values_list("partner_id", "id"))
    texts = Message.objects.filter(case_id=case.pk, event_id__in=last.values())
    return dict(texts.values_list("partner_id", "body"))
