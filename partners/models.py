"""The companies that sell for a vendor, and the people who speak for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import TenantModel


class Region(TenantModel):
    """A tenant's own part of the world."""

    slug = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="region_slug_per_tenant")
        ]

    def __str__(self) -> str:
        return self.name


class Tier(TenantModel):
    """A tenant's ranking of partners; rank 1 is the highest."""

    slug = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=80)
    rank = models.PositiveSmallIntegerField(_("rank"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="tier_slug_per_tenant")
        ]

    def __str__(self) -> str:
        return self.name


class PartnerKind(models.TextChoices):
    """What a partner does for the vendor."""

    RESELLER = "reseller", _("Reseller")
    DISTRIBUTOR = "distributor", _("Distributor")
    ALLIANCE = "alliance", _("Alliance partner")


class Partner(TenantModel):
    """A company that sells for the vendor."""

    slug = models.SlugField(_("address"), max_length=60)
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(max_length=12, choices=PartnerKind.choices)
    region = TenantForeignKey(Region)
    tier = TenantForeignKey(Tier, null=True, blank=True)
    external_id = models.CharField(_("id in the CRM"), max_length=120, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="partner_slug_per_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "external_id"], name="partner_external_id_per_tenant"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(TenantModel):
    """A person who speaks for a partner."""

    partner = TenantForeignKey(Partner, models.CASCADE, related_name="contacts")
    user = MemberForeignKey(models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner", "user"], name="contact_of_partner_once"
            )
        ]
        indexes = [
            # Read when a person enters the portal.
            models.Index(fields=["tenant", "user"], name="contact_of_user")
        ]
