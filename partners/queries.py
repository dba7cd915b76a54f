"""Reads of partners and their people."""

from uuid import UUID

from django.db.models import QuerySet

from partners.models import Contact, Partner
from tenants.models import Membership
from tenants.scope import act_in


def company_of(member: Membership, slug: str) -> UUID | None:
    """Return the partner at this address if the member speaks for it, or None."""
    with act_in(member.tenant_id):
        found = Contact.objects.filter(user_id=member.user_id, partner__slug=slug)
        return found.values_list("partner_id", flat=True).first()


def speaks_for(member: Membership, partner_id: UUID) -> bool:
    """Whether a member speaks for a partner now."""
    with act_in(member.tenant_id):
        return Contact.objects.filter(user_id=member.user_id, partner_id=partner_id).exists()


def companies_of(member: Membership) -> list[Partner]:
    """Return the partners a member speaks for, before one is chosen."""
    with act_in(member.tenant_id):
        found = Partner.objects.filter(contacts__user_id=member.user_id)
        return list(found.order_by("name"))


def partners_by_name() -> QuerySet[Partner]:
    """Return the current tenant's partners."""
    return Partner.objects.select_related("region", "tier").order_by("name")
