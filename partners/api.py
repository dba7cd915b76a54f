"""Partners for programs."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from partners.actions import add_partner
from partners.models import Partner, Region, Tier
from partners.queries import partners_by_name
from partners.serializers import (
    PartnerInSerializer,
    PartnerPage,
    PartnerSerializer,
    PartnersQuery,
)
from tenants.errors import Invalid
from tenants.rest.description import listed, operation
from tenants.rest.operation import Operation, refuse_others
from tenants.rest.paging import answer, page_by_id

READS, WRITES = "partners:read", "partners:write"
EXAMPLE: dict[str, Any] = {
    "id": "0199d3a0-6e01-7b52-8c0d-0d4e5f6a7b21",
    "slug": "alpenwerk",
    "name": "Alpenwerk",
    "kind": "reseller",
    "region": "dach",
    "tier": "gold",
    "external_id": "CRM-00042",
    "contacts": [{"id": "0199d3a0-6e02-7b52-8c0d-0d4e5f6a7b22", "name": "Anna Huber"}],
}
GIVEN = {k: v for k, v in EXAMPLE.items() if k not in ("id", "contacts")}


class Partners(Operation):
    """The companies that sell for the vendor."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "POST": WRITES}

    @listed("partners_list", "The partners", PartnersQuery, PartnerPage, EXAMPLE)
    def get(self, request: Request) -> Response:
        """Answer a page of the partners, in the order in which they were added."""
        refuse_others(self)
        asked = self.asked(PartnersQuery)
        named = {name: asked[name] for name in ("external_id", "slug") if name in asked}
        page = page_by_id(with_people().filter(**named), asked)
        return Response(answer(request, page, [shape(partner) for partner in page.rows]))

    @operation(
        "partners_create",
        "Add a partner",
        method="post",
        takes=PartnerInSerializer,
        gives=PartnerSerializer,
        status=201,
        address=False,
        example=GIVEN,
        answer={**EXAMPLE, "contacts": []},
    )
    def post(self, request: Request) -> Response:
        """Add a company, as an admin."""
        given = self.given(PartnerInSerializer)
        region, tier = region_and_tier(given)
        facts = {k: v for k, v in given.items() if k not in ("region", "tier")}
        made = add_partner(**facts, region=region, tier=tier, by=self.member, at=self.at)
        headers = {"Location": reverse("api-partner", args=[made.pk], request=request)}
        return Response(shape(with_people().get(pk=made.pk)), status=201, headers=headers)


class OnePartner(Operation):
    """One partner."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @operation("partners_retrieve", "One partner", gives=PartnerSerializer, answer=EXAMPLE)
    def get(self, request: Request, partner_id: UUID) -> Response:
        """Answer one partner and who speaks for it."""
        refuse_others(self)
        found = with_people().filter(pk=partner_id).first()
        if found is None:
            raise Http404
        return Response(shape(found))


def with_people() -> "QuerySet[Partner]":
    """Return the partners with everything that is sent of them; three queries for any number."""
    return partners_by_name().prefetch_related("contacts__user")


def region_and_tier(given: dict[str, Any]) -> tuple[Region, Tier | None]:
    """Return where a partner is and how it ranks. Raises `Invalid` for what there is not."""
    region = Region.objects.filter(slug=given["region"]).first()
    tier = Tier.objects.filter(slug=given["tier"]).first() if "tier" in given else None
    errors = {}
    if "tier" in given and tier is None:
        errors["tier"] = _("There is none like this.")
    if region is None:
        raise Invalid({"region": _("There is none like this."), **errors})
    if errors:
        raise Invalid(errors)
    return region, tier


def shape(partner: Partner) -> dict[str, Any]:
    """Return a partner as it is sent."""
    people = sorted(partner.contacts.all(), key=lambda contact: contact.created_at)
    return {
        "id": partner.pk,
        "slug": partner.slug,
        "name": partner.name,
        "kind": partner.kind,
        "region": partner.region.slug,
        "tier": partner.tier.slug if partner.tier else None,
        "external_id": partner.external_id,
        "contacts": [{"id": person.user_id, "name": person.user.name} for person in people],
    }
