"""The root of the API: who am I."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

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


class ProblemSerializer(serializers.Serializer[Any]):
    """An error, after RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]


class Me(APIView):
    """Whom the token acts for."""

    scopes = ("me:read",)

    @extend_schema(
        operation_id="me_retrieve",
        summary="Whom this token acts for",
        responses={
            200: MeSerializer,
            (401, "application/problem+json"): ProblemSerializer,
            (403, "application/problem+json"): ProblemSerializer,
        },
        examples=[
            OpenApiExample(
                "A service user",
                response_only=True,
                status_codes=["200"],
                value={
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
                    "expires_at": None,
                },
            )
        ],
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
