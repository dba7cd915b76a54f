"""Completing or correcting what is known of a case: what is at stake, not how it stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import check, lock_case
from cases.models import Case, Party, PartyRole
from cases.opening import facts_errors
from cases.telling import fingerprint, say
from tenants.errors import Invalid
from tenants.models import Membership, Role

# Columns that may be corrected. Severity, category and parties have consequences: they have
# verbs of their own.
EDITABLE = (
    *("title", "description", "fields", "impact", "impact_score", "amount", "currency"),
    *("deal_id", "source_url"),
)


@transaction.atomic
def edit_case(
    case: Case, changes: Mapping[str, Any], *, by: Membership | None, at: datetime
) -> Case:
    """Change some of a case's facts (`EDITABLE`); what is the same already is no change, and
    writes nothing. Raises `Invalid`, each field with its reason."""
    case = lock_case(case)
    check(case, "edit", by)
    changed = {name: value for name, value in changes.items() if getattr(case, name) != value}
    if not changed:
        return case
    if errors := facts_errors(changed):
        raise Invalid(errors)
    if "title" in changed:
        _rename_part(case, changed["title"])
    for name, value in changed.items():
        setattr(case, name, value)
    case.changed(at)
    case.save(update_fields=[*changed, "updated_at", "version"], force_update=True)
    facts: dict[str, Any] = {"fields": sorted(changed)}
    if "description" in changed:
        facts["text_sha256"] = fingerprint(case.description)
    say(case, "case.edited", by=by, at=at, facts=facts)
    return case


def _rename_part(case: Case, title: str) -> None:
    """Let the complainant read the new title too, unless it was the one who gave the old."""
    its_own = Membership.objects.filter(user=case.opened_by, role=Role.PARTNER)
    if case.opened_by is None or not its_own.exists():
        own = Party.objects.filter(case_id=case.pk, role=PartyRole.COMPLAINANT, title=case.title)
        own.update(title=title)


@transaction.atomic
def complete_fields(
    case: Case, *, by: Membership | None, at: datetime, answers: Mapping[str, Any]
) -> Case:
    """Add answers that a case lacks; those it has stay."""
    if not answers:
        raise Invalid({"answers": _("Fill in at least one of them.")})
    fresh = lock_case(case)
    fresh.seen_tags = case.seen_tags
    return edit_case(fresh, {"fields": {**fresh.fields, **answers}}, by=by, at=at)
