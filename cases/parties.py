"""Who has a part in a case: adding a partner that turns out to be concerned."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import check, lock_case
from cases.models import Case, Party, PartyRole
from cases.telling import Told, owner_of, parties_of, partners_contacts, say
from journal.models import Audience
from partners.models import Partner
from tenants.errors import Invalid
from tenants.models import Membership

# There is one complainant: who raised the dispute.
LATER_ROLES = (PartyRole.RESPONDENT, PartyRole.AFFECTED)


@transaction.atomic
def add_party(
    case: Case, *, by: Membership | None, at: datetime, partner_id: UUID, role: str
) -> Party:
    """Give a partner a part in a case. It is told that there is a dispute of this kind, and reads
    what is written to all parties from now on, nothing from before; it sees the turn that runs and
    what is due in it, and none that is over."""
    case = lock_case(case)
    check(case, "party", by)
    partner = Partner.objects.filter(pk=partner_id).first()
    if role not in LATER_ROLES:
        raise Invalid({"role": _("Say whether it is a respondent or affected.")})
    if partner is None or partner_id in parties_of(case):
        raise Invalid({"partner": _("Choose a partner that has no part in the case yet.")})
    party = Party.objects.create(
        tenant_id=case.tenant_id,
        case=case,
        partner=partner,
        role=role,
        title=case.category.name,
        joined_at=at,
    )
    case.changed(at)
    case.save(update_fields=["updated_at", "version"], force_update=True)
    told = (*owner_of(case), *partners_contacts(case, only=partner_id))
    facts = {"partner": str(partner_id), "role": str(role)}
    say(
        case,
        "case.party_added",
        by=by,
        at=at,
        facts=facts,
        told=Told(told, Audience.PARTY, partner_id),
    )
    return party
