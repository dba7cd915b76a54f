"""What pages show of acts outside the rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.access import may_reconcile
from cases.forms import ReconcileForm
from cases.models import Case, Message, Override, Rule
from tenants.models import Membership

# From then on an override that nobody has reconciled is marked as late.
LATE_DAYS = 30


def overrides_shown(
    case: Case, member: Membership, now: datetime, refused: Any = None
) -> list[dict[str, Any]]:
    """Return each act outside the rules that is open in a case, with the form that reconciles it
    where this member may. `refused` is such a form that came back."""
    found = Override.objects.filter(case_id=case.pk, reconciled_at=None).select_related("by")
    rows = list(found.order_by("at"))
    reasons = reasons_of(rows)
    return [
        {
            **facts_of(row, reasons, now),
            "key": f"reconcile-{number}",
            "mine": row.by_id == member.user_id,
            "form": form_of(row, refused)
            if may_reconcile(case, row.by_id, row.position, member)
            else None,
        }
        for number, row in enumerate(rows, start=1)
    ]


def form_of(row: Override, refused: Any) -> ReconcileForm:
    """Return the form that reconciles one, with what was written where it came back."""
    if refused is not None and refused.data.get("override") == str(row.pk):
        found: ReconcileForm = refused
        return found
    return ReconcileForm(initial={"override": row.pk})


def reasons_of(rows: Sequence[Override]) -> dict[UUID, str]:
    """Return by event why each was done."""
    texts = Message.objects.filter(event_id__in=[row.event_id for row in rows])
    return dict(texts.values_list("event_id", "body"))


def facts_of(row: Override, reasons: dict[UUID, str], now: datetime) -> dict[str, Any]:
    """Return what is told of one."""
    days = ((row.reconciled_at or now) - row.at).days
    return {
        "id": row.pk,
        "act": row.get_act_display(),
        "rules": [str(Rule(rule).label) for rule in row.rules],
        "by": row.by.name,
        "at": row.at,
        "position": row.position,
        "reason": reasons.get(row.event_id, ""),
        "age": ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
        if days
        else _("less than a day"),
        "late": row.reconciled_at is None and days >= LATE_DAYS,
    }
