"""What pages about tokens show, of the vendor's people and in the portal alike: plain values, and
never more of a secret than its beginning."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.models import ApiToken, Membership
from tenants.scopes import SCOPES

SOON = timedelta(days=14)
Address = Callable[[ApiToken], str]


def line(token: ApiToken, now: datetime, revoke_url: Address) -> dict[str, Any]:
    """Return a token in a list: what it is for, what it may do, and how long."""
    state, badge = state_of(token, now)
    return {
        "name": token.name,
        "begins": token.token_key,
        "made_at": token.created,
        "ends_at": token.expiry,
        "state": state,
        "badge": badge,
        "scopes": in_words(token.scopes),
        "revoke_url": revoke_url(token),
    }


def lines(tokens: list[ApiToken], now: datetime, revoke_url: Address) -> list[dict[str, Any]]:
    """Return a list of tokens."""
    return [line(token, now, revoke_url) for token in tokens]


def state_of(token: ApiToken, now: datetime) -> tuple[str, str]:
    """Return what is to be said of a token, and how it looks; nothing where all is well."""
    member = token.membership
    if not (member.is_active and member.user.is_active):
        return _("Its owner has left"), "badge-late"
    if token.expiry is None:
        return "", ""
    if token.expiry <= now:
        return _("Has ended"), "badge-late"
    return (_("Ends soon"), "badge-soon") if token.expiry <= now + SOON else ("", "")


def in_words(scopes: list[str]) -> list[str]:
    """Return what a token may do; a scope that is no longer known stands for itself."""
    return [_(SCOPES[name]) if name in SCOPES else name for name in scopes]


def role_words(member: Membership) -> str:
    """Return what a member is here."""
    return member.title or member.get_role_display()


def made(token: ApiToken, secret: str) -> dict[str, Any]:
    """Return what is shown once, when a token was made. Who asks for themselves is named only where
    the token may."""
    tries = "me:read" in token.scopes
    return {
        "name": token.name,
        "secret": secret,
        "ends_at": token.expiry,
        "scopes": in_words(token.scopes),
        "try_url": settings.PUBLIC_URL + reverse("api-me") if tries else "",
    }


def read_before(value: str) -> tuple[datetime, str] | None:
    """Return the token before which a page begins; None for an address that is broken."""
    at, _sep, key = value.partition("_")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, key) if moment.tzinfo and key.isprintable() else None


def place(token: ApiToken) -> str:
    """Return how an address names a token before which a page begins."""
    return f"{token.created.isoformat()}_{token.token_key}"
