"""Tokens and scopes, as the REST framework takes them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.models import ApiToken, User
from tenants.tokens import SCHEME, Credentials


class ScopedTokenAuthentication(BaseAuthentication):
    """Takes over what the middleware found before the request's transaction was opened."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the acting user and token."""
        raw = request._request
        if problem := getattr(raw, "token_problem", ""):
            raise AuthenticationFailed(problem)
        credentials: Credentials | None = getattr(raw, "credentials", None)
        return (credentials.member.user, credentials.token) if credentials else None

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return SCHEME


class HasScope(BasePermission):
    """Every operation names the scope it needs; a token without it is told which. One whose scope
    was forgotten lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the token may do this."""
        if not isinstance(request.auth, ApiToken):
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        scopes: Mapping[str, str] = getattr(view, "scopes", {})
        needed = scopes.get(method)
        if needed is None:
            # A method that there is not is not denied: it is answered with those there are.
            return method not in view.allowed_methods
        if needed in request.auth.scopes:
            return True
        self.message = _("The token lacks the scope %(scope)s.") % {"scope": needed}
        return False


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the scheme stands in the API's description."""

    target_class = "tenants.authentication.ScopedTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}
