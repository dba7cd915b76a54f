"""`Idempotency-Key`: a request that is sent twice is carried out once.

The answer is kept with what the request wrote, in one transaction, so that there is never one
without the other. While the first is under way a second one is told so; a request that was refused
wrote nothing, keeps nothing, and may be sent again.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import IdempotencyKey, Membership
from tenants.scope import act_in, current, tenant_in_force

KEPT_FOR = timedelta(hours=24)
LONGEST = 255
KEPT_HEADERS = ("ETag", "Location")
CLEARED_AT_ONCE = 100
# Two keys that hash alike would only make one of two requests at the same instant try again.
TAKE = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request with a key: whose it is, and what it asks, hashed."""

    member: Membership
    key: str
    fingerprint: str


class Replayed(Exception):  # noqa: N818 - it reads as what happened
    """The request was carried out before; this was the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


class InFlight(APIException):
    """The same key is being worked on at this moment."""

    status_code = 409
    default_code = "in_flight"


class KeyOfAnother(APIException):
    """The key was used for something else."""

    status_code = 422
    default_code = "key_reused"


def begin(request: Request, member: Membership, at: datetime) -> Attempt | None:
    """Return what to keep the answer under, None where the request has no key.

    Raises `Replayed` with the answer it got before, `InFlight`, `KeyOfAnother`, or `ParseError`
    for a key that cannot be one.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise ParseError(_("Idempotency-Key takes 1 to 255 printable ASCII characters."))
    attempt = Attempt(member, key, fingerprint(request))
    # The portal's role writes nothing; what is kept here is no partner's to read.
    with act_in(tenant_in_force(), user_id=current().user_id), connection.cursor() as cursor:
        cursor.execute(TAKE, [f"{member.tenant_id}:{member.pk}:{key}"])
        if not cursor.fetchone()[0]:
            raise InFlight(_("The first request with this key is still under way."))
        kept = IdempotencyKey.objects.filter(membership_id=member.pk, key=key)
        found = kept.filter(created_at__gt=at - KEPT_FOR).first()
    if found is None:
        return attempt
    if found.fingerprint != attempt.fingerprint:
        raise KeyOfAnother(_("This key was used for another request: take a new one."))
    raise Replayed(again(found))


def fingerprint(request: Request) -> str:
    """Return the hash of what a request asks: its method, its address, for which partner, and its
    body to the letter."""
    raw = request._request
    said = [str(request.method), raw.get_full_path(), str(current().partner_id)]
    return hashlib.sha256("\n".join(said).encode() + b"\n" + raw.body).hexdigest()


def again(found: IdempotencyKey) -> Response:
    """Return the answer that was kept, marked as such."""
    headers = {**found.headers, "Idempotency-Replayed": "true"}
    # What was carried out out of the member's sight was answered with nothing.
    body = json.loads(found.body) if found.body else None
    return Response(body, status=found.status, headers=headers)


def keep(attempt: Attempt, response: Response, at: datetime) -> None:
    """Keep the answer of a request that was carried out, and clear some that are too old."""
    if not 200 <= response.status_code < 300:
        return
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    facts: dict[str, Any] = {
        "fingerprint": attempt.fingerprint,
        "status": response.status_code,
        "headers": headers,
        "body": JSONRenderer().render(response.data).decode(),
        "created_at": at,
    }
    with act_in(tenant_in_force(), user_id=current().user_id):
        # First its own: who has begun to clear waits for nobody any more, so that no two wait for
        # each other.
        IdempotencyKey.objects.update_or_create(
            tenant_id=attempt.member.tenant_id,
            membership_id=attempt.member.pk,
            key=attempt.key,
            defaults=facts,
        )
        clear(at)


def clear(at: datetime) -> None:
    """Remove some answers that are too old, but none that another request has in hand."""
    old = IdempotencyKey.objects.filter(created_at__lte=at - KEPT_FOR).order_by("created_at")
    free = old.select_for_update(skip_locked=True).values_list("pk", flat=True)
    IdempotencyKey.objects.filter(pk__in=list(free[:CLEARED_AT_ONCE])).delete()
