"""The root of the API: who am I, and how all of it is described."""

from functools import cache
from typing import Any, ClassVar

import yaml
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.rest.description import operation
from tenants.rest.operation import Operation, for_partners
from tenants.tokens import Credentials


class TenantSerializer(serializers.Serializer[Any]):
    """The vendor a token acts in."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class UserSerializer(serializers.Serializer[Any]):
    """The person or program a token belongs to."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    timezone = serializers.CharField()
    is_service = serializers.BooleanField()


class MeSerializer(serializers.Serializer[Any]):
    """Whom a token acts for, and what it may do."""

    user = UserSerializer()
    tenant = TenantSerializer()
    role = serializers.CharField()
    partner_id = serializers.UUIDField(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)


DESCRIPTION = settings.BASE_DIR / "docs" / "openapi.yaml"
EXAMPLE = {
    "user": {
        "id": "0199d3a0-5d7c-7c1e-8b3a-4a2f6d1e9c01",
        "name": "CRM",
        "email": "crm@quellwerk.example",
        "timezone": "UTC",
        "is_service": True,
    },
    "tenant": {
        "id": "0199d3a0-5d7c-7c1e-8b3a-4a2f6d1e9c00",
        "slug": "quellwerk",
        "name": "Quellwerk Networks",
    },
    "role": "staff",
    "partner_id": None,
    "scopes": ["me:read"],
    "expires_at": "2027-11-12T09:00:00Z",
}


class Me(Operation):
    """Whom the token acts for."""

    scopes: ClassVar[dict[str, str]] = {"GET": "me:read"}

    @operation(
        "me_retrieve", "Whom this token acts for", gives=MeSerializer, address=False, answer=EXAMPLE
    )
    def get(self, request: Request) -> Response:
        """Answer who the token's owner is, in which tenant, with which scopes."""
        found: Credentials = request._request.credentials  # type: ignore[attr-defined]
        return Response(
            {
                "user": UserSerializer(found.member.user).data,
                "tenant": TenantSerializer(found.member.tenant).data,
                "role": found.member.role,
                "partner_id": found.partner_id,
                "scopes": found.token.scopes,
                "expires_at": found.token.expiry,
            }
        )


@for_partners(Me, "get")
def me_of_partner(operation: Me, request: Request) -> Response:
    """Answer a partner's token as any other."""
    found: Response = Me.get(operation, request)
    return found


@cache
def described() -> dict[str, Any]:
    """Return the API's description as it stands in the repository."""
    found: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
    return found


@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """The API's description, for anybody: OpenAPI 3.1 as JSON, or as YAML where that is asked."""
    if "yaml" in request.headers.get("Accept", ""):
        text = DESCRIPTION.read_text(encoding="utf-8")
        return HttpResponse(text, content_type="application/vnd.oai.openapi; charset=utf-8")
    return JsonResponse(described(), content_type="application/vnd.oai.openapi+json")


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """The description as pages, with which requests can be tried."""
    return render(request, "api_docs.html")
