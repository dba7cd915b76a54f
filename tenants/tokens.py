"""Tokens of the API: one token acts for one membership, within its scopes, until it expires."""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from knox.crypto import hash_token
from knox.settings import CONSTANTS

from tenants.models import ApiToken, Membership
from tenants.scope import act_in, identify

SCHEME = "Bearer"
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom a valid token acts for."""

    token: ApiToken
    member: Membership
    partner_id: UUID | None


class BadToken(Exception):  # noqa: N818 - it names what was shown
    """A token that lets nobody in; the message says why without telling whether it exists."""


def find_token(header: str, at: datetime) -> Credentials | None:
    """Return whom an `Authorization` header acts for, None without one.

    Raises `BadToken`. Row security shows only tokens that begin as the one shown does.
    """
    if not header:
        return None
    scheme, _space, secret = header.partition(" ")
    readable = secret.isascii() and secret.isprintable() and len(secret) <= LONGEST_TOKEN
    if scheme.lower() != SCHEME.lower() or not secret or not readable:
        raise BadToken(_("Send the token as: Authorization: Bearer <token>."))
    token = _matching(secret)
    if token is None:
        raise BadToken(_("This token is not known."))
    if token.expiry is not None and token.expiry <= at:
        raise BadToken(_("This token has expired."))
    return _credentials(token)


def _matching(secret: str) -> ApiToken | None:
    key, digest = secret[: CONSTANTS.TOKEN_KEY_LENGTH], hash_token(secret)
    with identify(token_key=key):
        found = list(ApiToken.objects.filter(token_key=key))
    return next((token for token in found if compare_digest(token.digest, digest)), None)


def _credentials(token: ApiToken) -> Credentials:
    with act_in(token.tenant_id):
        member = Membership.objects.select_related("user", "tenant").get(pk=token.membership_id)
        speaks = token.partner_id is None or speaks_for(member, token.partner_id)
    if not (member.is_active and member.user.is_active and speaks):
        raise BadToken(_("This token's owner may no longer sign in."))
    return Credentials(token, member, token.partner_id)


def speaks_for(member: Membership, partner_id: UUID) -> bool:
    """Whether a contact still speaks for the partner their token names.

    The partners app knows contacts, and stands above this one: settings name its function.
    """
    return bool(import_string(settings.SPEAKS_FOR)(member, partner_id))
