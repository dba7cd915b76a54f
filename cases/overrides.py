"""Acts outside the rules. Each is kept with who did it and why, and stays open until another person
says what was learned; the end of the case does not close it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import clockwork
from cases.access import check, lock_case, may_reconcile, visible_overrides
from cases.actions import required
from cases.models import Case, Finding, Override
from cases.telling import Told, say
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Membership


def listed(member: Membership, *, is_open: bool) -> "QuerySet[Override]":
    """Return the acts outside the rules in the cases a member sees, open or reconciled. Partners
    know of none."""
    return visible_overrides(member).filter(reconciled_at__isnull=is_open)


@transaction.atomic
def reconcile(
    case: Case,
    *,
    by: Membership,
    at: datetime,
    override_id: UUID,
    finding: str,
    learned: str,
) -> Override:
    """Say what was learned of an act outside the rules, as another person than who did it."""
    case = lock_case(case)
    check(case, "reconcile", by)
    found = Override.objects.filter(case_id=case.pk, pk=override_id).first()
    if found is None:
        raise Invalid({"override": _("There is none like this.")})
    if not may_reconcile(case, found.by_id, found.position, by):
        raise NotAllowed(_("Only another person does this, who holds a level above, or an admin."))
    if found.reconciled_at is not None:
        raise NotNow(_("What was learned of this was said already."))
    learned = required("learned", learned)
    if finding not in Finding.values:
        raise Invalid({"finding": _("Say what came of it.")})
    found.finding, found.learned = finding, learned
    found.reconciled_by_id, found.reconciled_at = by.user_id, at
    found.save(
        update_fields=["finding", "learned", "reconciled_by", "reconciled_at"], force_update=True
    )
    clockwork.settle(case, at)
    facts = {"override": str(found.pk), "act": found.act, "finding": finding}
    told = Told((found.by_id,))
    say(case, "case.reconciled", by=by, at=at, text=learned, facts=facts, told=told)
    return found
