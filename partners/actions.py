"""The verbs of partners. One verb is one transaction and one event.

`by` is who acts, None whoever runs the installation; `at` is when.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from journal.actions import record
from partners.models import Contact, Partner, PartnerKind, Region, Tier
from tenants import scope
from tenants.errors import Invalid, NotAllowed
from tenants.models import Membership, Role


def _allowed(by: Membership | None) -> None:
    if by is not None and by.role != Role.ADMIN:
        raise NotAllowed(_("Only an admin of the programme can change partners."))


@transaction.atomic
def add_tier(slug: str, name: str, rank: int, *, by: Membership | None, at: datetime) -> Tier:
    """Add a rank of partners; 1 is the highest. Raises `Invalid` for an address that is taken."""
    _allowed(by)
    if Tier.objects.filter(slug=slug).exists():
        raise Invalid({"slug": _("There is a tier with this address already.")})
    tier = Tier.objects.create(tenant_id=scope.tenant_in_force(), slug=slug, name=name, rank=rank)
    facts = {"tier": str(tier.pk), "rank": rank}
    record("partner.tier_added", at=at, by=by.user_id if by else None, facts=facts)
    return tier


@transaction.atomic
def add_partner(
    slug: str,
    name: str,
    kind: str,
    *,
    region: Region,
    tier: Tier | None = None,
    external_id: str | None = None,
    by: Membership | None,
    at: datetime,
) -> Partner:
    """Add a company that sells for the vendor; `external_id` is its id in the CRM.

    Raises `Invalid` for an unknown kind, and for an address or an id that is taken.
    """
    _allowed(by)
    if kind not in PartnerKind.values:
        raise Invalid({"kind": _("Choose reseller, distributor or alliance partner.")})
    if Partner.objects.filter(slug=slug).exists():
        raise Invalid({"slug": _("There is a partner with this address already.")})
    if external_id is not None and Partner.objects.filter(external_id=external_id).exists():
        raise Invalid({"external_id": _("There is a partner with this id already.")})
    partner = Partner(
        tenant_id=scope.tenant_in_force(),
        slug=slug,
        name=name,
        kind=kind,
        region=region,
        tier=tier,
        external_id=external_id,
    )
    _save_new(partner)
    facts = {"partner": str(partner.pk), "kind": kind, "region": str(region.pk)}
    record("partner.added", at=at, by=by.user_id if by else None, facts=facts)
    return partner


def _save_new(partner: Partner) -> None:
    """Save a partner; of two who take the same address or id at once the second is refused."""
    try:
        with transaction.atomic():
            partner.save(force_insert=True)
    except IntegrityError as error:
        if "partner_external_id_per_tenant" in str(error):
            raise Invalid({"external_id": _("There is a partner with this id already.")}) from error
        if "partner_slug_per_tenant" in str(error):
            raise Invalid({"slug": _("There is a partner with this address already.")}) from error
        raise


@transaction.atomic
def add_contact(
    partner: Partner, member: Membership, *, by: Membership | None, at: datetime
) -> Contact:
    """Let a person with the role of a partner contact speak for a partner.

    Raises `Invalid` for somebody with another role, and for one who does already.
    """
    _allowed(by)
    if member.role != Role.PARTNER:
        raise Invalid({"user": _("Only a partner contact can speak for a partner.")})
    if Contact.objects.filter(partner=partner, user_id=member.user_id).exists():
        raise Invalid({"user": _("This person speaks for the partner already.")})
    contact = Contact.objects.create(
        tenant_id=partner.tenant_id, partner=partner, user_id=member.user_id
    )
    facts = {"partner": str(partner.pk), "user": str(member.user_id)}
    record("partner.contact_added", at=at, by=by.user_id if by else None, facts=facts)
    return contact
