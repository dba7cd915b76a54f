"""What programs send and get of partners."""

from typing import Any

from rest_framework import serializers

from partners.models import PartnerKind
from tenants.rest.description import page_of
from tenants.rest.paging import PageQuery
from tenants.rest.strict import StrictSerializer


class ContactSerializer(serializers.Serializer[Any]):
    """A person who speaks for a partner."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class PartnerSerializer(serializers.Serializer[Any]):
    """A company that sells for the vendor. To a partner itself, without the id in the CRM."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(PartnerKind.choices)
    region = serializers.CharField(help_text="Its slug.")
    tier = serializers.CharField(allow_null=True, help_text="Its slug.")
    external_id = serializers.CharField(allow_null=True)
    contacts = ContactSerializer(many=True)


PartnerPage = page_of(PartnerSerializer, "Partner")


class PartnersQuery(PageQuery):
    """Which partners."""

    external_id = serializers.CharField(required=False, max_length=120)
    slug = serializers.SlugField(required=False, max_length=60)


class PartnerInSerializer(StrictSerializer):
    """A partner to add."""

    slug = serializers.SlugField(max_length=60, help_text="Its address in the portal.")
    name = serializers.CharField(max_length=160)
    kind = serializers.ChoiceField(PartnerKind.choices)
    region = serializers.SlugField(max_length=40)
    tier = serializers.SlugField(max_length=40, required=False)
    external_id = serializers.CharField(max_length=120, required=False)
