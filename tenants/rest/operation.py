"""The base of every operation of the API."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, partial
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.errors import NotAllowed, Stale
from tenants.models import Membership, Role
from tenants.rest import replay
from tenants.rest.limits import TokenThrottle, say_what_is_left
from tenants.rest.matching import tags_seen
from tenants.rest.strict import BoundedParser

# Who reads of partners and rules; not who only keeps what is sealed.
READERS = (Role.ADMIN, Role.STAFF, Role.AUDITOR)
Handler = Callable[..., HttpResponseBase]
Registered = TypeVar("Registered", bound=Handler)


class TooLarge(APIException):
    """A body that is longer than any the product needs."""

    status_code = 413
    default_code = "too_large"


class QueryError(serializers.ValidationError):
    """A parameter of the address that cannot be used."""


class Operation(APIView):
    """One address of the API. `scopes` says which scope each method needs.

    A partner's token is refused unless an upper app has said how this operation answers partners
    (`for_partners`): what was forgotten shows nothing.
    """

    scopes: ClassVar[Mapping[str, str]] = {}
    parser_classes: ClassVar[list[Any]] = [BoundedParser]  # type: ignore[misc]
    throttle_classes: ClassVar[list[Any]] = [TokenThrottle]  # type: ignore[misc]
    http_method_names: ClassVar[list[str]] = ["get", "head", "post", "put"]  # type: ignore[misc]
    outside: ClassVar[dict[str, Handler]] = {}
    attempt: replay.Attempt | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.outside = {}

    @property
    def member(self) -> Membership:
        """For whom the token acts."""
        found: Membership = self.request._request.membership  # type: ignore[attr-defined]
        return found

    @cached_property
    def at(self) -> datetime:
        """The instant at which the request is carried out."""
        return timezone.now()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in who may call this, once; see `replay`."""
        super().initial(request, *args, **kwargs)
        self._refuse_parameters()
        if getattr(request._request, "body_too_large", False):
            most = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1_000_000:g}"
            raise TooLarge(_("A body of at most %(n)s MB.") % {"n": most})
        if self.member.role == Role.PARTNER:
            self._answer_outside(str(request.method).lower())
        if request.method == "POST":
            self.attempt = replay.begin(request, self.member, self.at)

    def _refuse_parameters(self) -> None:
        """Refuse a query where nothing is asked by one: a misspelt address must not pass unseen."""
        method = str(self.request.method).lower()
        handler = getattr(type(self), "get" if method == "head" else method, None)
        if handler is not None and not getattr(handler, "takes_query", True):
            said = _("There is no such parameter.")
            if unknown := {name: [said] for name in self.request.query_params}:
                raise QueryError(unknown)

    def check_permissions(self, request: Request) -> None:
        """Count the call first: one that is denied is a call too, and leaves its line in the
        trail."""
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Nothing: the call is counted already."""

    def _answer_outside(self, method: str) -> None:
        """Let partners be answered as the portal says; HEAD as GET is."""
        said = "get" if method == "head" else method
        if not hasattr(type(self), said):
            return
        if said not in self.outside:
            raise NotAllowed(_("This is not for partners."))
        if said != "get" and tags_seen(self.request) is not None:
            raise Stale(_("What a partner sees has no tag: send it without If-Match."))
        setattr(self, method, partial(self.outside[said], self))

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a request that was carried out before as it was answered then."""
        if isinstance(exc, replay.Replayed):
            return exc.response
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep the answer under the request's key, and say how many calls are left."""
        if self.attempt is not None and isinstance(response, Response):
            replay.keep(self.attempt, response, self.at)
        found: Response = super().finalize_response(request, response, *args, **kwargs)
        say_what_is_left(request, found)
        return found

    def asked(self, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return what the query asks for; refuse a parameter nobody knows."""
        try:
            return checked(form, self.request.query_params.dict(), query=True)
        except serializers.ValidationError as problem:
            raise QueryError(problem.detail) from None

    def given(self, form: type[serializers.Serializer[Any]], **context: Any) -> dict[str, Any]:
        """Return what the body says; refuse what is wrong, each field with its reason."""
        return checked(form, self.request.data, **context)


def refuse_others(operation: Operation) -> None:
    """Refuse who reads neither of partners nor the rules."""
    if operation.member.role not in READERS:
        raise NotAllowed(_("Only staff and auditors read this."))


def checked(form: type[serializers.Serializer[Any]], data: Any, **context: Any) -> dict[str, Any]:
    """Return data as a serializer takes it; raises `ValidationError`."""
    filled = form(data=data, context=context)
    filled.is_valid(raise_exception=True)
    found: dict[str, Any] = filled.validated_data
    return found


def for_partners(operation: type[Operation], method: str) -> Callable[[Registered], Registered]:
    """Say how an operation answers a partner's token: the function gets the operation first."""

    def register(handler: Registered) -> Registered:
        operation.outside[method] = handler
        return handler

    return register
