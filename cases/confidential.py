"""Who may know of a case: restricting it, lifting that, and letting people in by name."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import SEES, check, grants_in_force, lock_case
from cases.actions import required
from cases.models import Case, CaseGrant, Confidentiality
from cases.telling import Told, say
from tenants.errors import Invalid, NotNow
from tenants.models import Membership, Role

LONGEST_GRANT = timedelta(days=366)
LET_IN = (Role.ADMIN, Role.STAFF, Role.AUDITOR)


@transaction.atomic
def restrict(case: Case, *, by: Membership | None, at: datetime, reason: str) -> Case:
    """Make a case known only to its holders, the seats above, and people granted by name."""
    return _change(case, "restrict", Confidentiality.NORMAL, by=by, at=at, reason=reason)


@transaction.atomic
def lift(case: Case, *, by: Membership | None, at: datetime, reason: str) -> Case:
    """Make a restricted case known to all staff again. A sealed one stays sealed."""
    return _change(case, "lift", Confidentiality.RESTRICTED, by=by, at=at, reason=reason)


def _change(
    case: Case,
    verb: str,
    before: Confidentiality,
    *,
    by: Membership | None,
    at: datetime,
    reason: str,
) -> Case:
    case = lock_case(case)
    check(case, verb, by)
    reason = required("reason", reason)
    if case.confidentiality != before:
        label = Confidentiality(case.confidentiality).label
        raise NotNow(_("The case is %(state)s.") % {"state": str(label).lower()})
    restricts = verb == "restrict"
    case.confidentiality = Confidentiality.RESTRICTED if restricts else Confidentiality.NORMAL
    _keep(case, at)
    kind = "case.restricted" if restricts else "case.unrestricted"
    say(case, kind, by=by, at=at, text=reason, told=Told((case.owner_id,)))
    return case


@transaction.atomic
def grant_access(
    case: Case, *, by: Membership, at: datetime, user_id: UUID, until: datetime, reason: str
) -> CaseGrant:
    """Let one person see a restricted case until an instant, at most a year ahead. Granting again
    renews it. It is a right to see the case and to write in it, not to let others in."""
    case = lock_case(case)
    check(case, "grant", by)
    reason = required("reason", reason)
    if case.confidentiality == Confidentiality.NORMAL:
        raise NotNow(_("All staff see this case: there is nothing to grant."), ["restrict"])
    _check_grant(user_id, until, at)
    permission = Permission.objects.get(codename=SEES, content_type__app_label="cases")
    facts = {
        "reason": reason,
        "granted_by_id": by.user_id,
        "granted_at": at,
        "expires_at": until,
        "revoked_at": None,
    }
    grant, _new = CaseGrant.objects.update_or_create(
        tenant_id=case.tenant_id,
        content_object=case,
        user_id=user_id,
        permission=permission,
        defaults=facts,
    )
    _keep(case, at)
    said = {"person": str(user_id), "until": until.isoformat()}
    say(case, "case.granted", by=by, at=at, text=reason, facts=said, told=Told((user_id,)))
    return grant


def _check_grant(user_id: UUID, until: datetime, at: datetime) -> None:
    errors = {}
    member = Membership.objects.filter(user_id=user_id, role__in=LET_IN, is_active=True)
    if not member.filter(user__is_active=True, user__is_service=False).exists():
        errors["person"] = _("Choose a colleague who works here.")
    if until <= at:
        errors["until"] = _("Choose a day that is still to come.")
    elif until > at + LONGEST_GRANT:
        errors["until"] = _("At most a year ahead.")
    if errors:
        raise Invalid(errors)


@transaction.atomic
def revoke_access(
    case: Case, *, by: Membership | None, at: datetime, user_id: UUID, reason: str
) -> Case:
    """Take back one person's right to see a restricted case, before it expires."""
    case = lock_case(case)
    check(case, "revoke", by)
    reason = required("reason", reason)
    live = grants_in_force().filter(content_object_id=case.pk, user_id=user_id)
    if not live.update(revoked_at=at):
        raise NotNow(_("This person has no such right any more."))
    _keep(case, at)
    said = {"person": str(user_id)}
    say(case, "case.revoked", by=by, at=at, text=reason, facts=said)
    return case


def _keep(case: Case, at: datetime) -> None:
    case.changed(at)
    case.save(update_fields=["confidentiality", "updated_at", "version"], force_update=True)
