"""Reads of who is who."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connections
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tenants.errors import Invalid
from tenants.models import ApiToken, Membership, Role, Tenant
from tenants.scope import identify

STAFF_ROLES = (Role.ADMIN, Role.STAFF)


def tenant_at(slug: str) -> Tenant:
    """Return the tenant at an address, for whoever runs the installation.

    Row security shows a tenant to its members only: the owner's account looks it up where there
    is one, and does nothing else. Raises `Invalid` where there is none.
    """
    using = "owner" if "owner" in connections else "default"
    with identify(using=using):
        found = Tenant.objects.using(using).filter(slug=slug).first()
    if found is None:
        raise Invalid({"tenant": _("There is no tenant at “%(slug)s”.") % {"slug": slug}})
    return found


def all_tenants() -> list[Tenant]:
    """Return every tenant of the installation, for whoever runs it: by an account that sees them,
    the owner's or the sweeper's, which does nothing else; none where there is neither."""
    using = next((name for name in ("owner", "sweeper") if name in connections), "default")
    with identify(using=using):
        return list(Tenant.objects.using(using).only("id", "slug", "name").order_by("slug"))


def memberships_of(user_id: UUID) -> list[Membership]:
    """Return a person's memberships in every tenant, before one is chosen."""
    with identify(user_id=user_id):
        found = Membership.objects.filter(user_id=user_id, is_active=True)
        return list(found.select_related("tenant", "user").order_by("tenant__name"))


def membership_in(user_id: UUID, slug: str) -> Membership | None:
    """Return a person's membership in the tenant at this address, or None."""
    with identify(user_id=user_id):
        found = Membership.objects.filter(user_id=user_id, is_active=True, tenant__slug=slug)
        return found.select_related("tenant", "user").first()


def admin_ids() -> list[UUID]:
    """Return who administers the current tenant."""
    admins = Membership.objects.filter(role=Role.ADMIN, is_active=True, user__is_active=True)
    return list(admins.order_by("created_at").values_list("user_id", flat=True))


def colleagues(roles: Iterable[str] = STAFF_ROLES) -> list[Membership]:
    """Return the people of the current tenant who can own a case, or have other roles, by name."""
    people = Membership.objects.filter(
        role__in=list(roles), is_active=True, user__is_active=True, user__is_service=False
    )
    return list(people.select_related("user").order_by("user__name"))


def programs() -> list[Membership]:
    """Return the programs that work in the current tenant, by name."""
    found = Membership.objects.filter(is_active=True, user__is_active=True, user__is_service=True)
    return list(found.select_related("user").order_by("user__name", "id"))


def holder_of_tokens(member_id: UUID) -> Membership | None:
    """Return a member of the current tenant who may use the product, or None."""
    found = Membership.objects.filter(pk=member_id, is_active=True, user__is_active=True)
    return found.select_related("user").first()


def tokens_of(member: Membership, partner_id: UUID | None = None) -> list[ApiToken]:
    """Return a member's tokens, a contact's for one partner, the latest first."""
    return list(_tokens().filter(membership=member, partner_id=partner_id))


def tokens_of_programs() -> list[ApiToken]:
    """Return the tokens of all programs of the current tenant, the latest first."""
    return list(_tokens().filter(user__is_service=True))


def tokens_of_others(
    member: Membership, most: int, before: tuple[datetime, str] | None = None
) -> list[ApiToken]:
    """Return tokens of the other people of the current tenant, the latest first, from one on."""
    found = _tokens().filter(user__is_service=False).exclude(membership=member)
    if before is not None:
        created, key = before
        found = found.filter(Q(created=created, token_key__lt=key) | Q(created__lt=created))
    return list(found[:most])


def token_with(
    token_key: str, *, member: Membership | None = None, partner_id: UUID | None = None
) -> ApiToken | None:
    """Return the token of the current tenant whose secret begins like this; with a `member` only
    theirs, as `tokens_of` lists them."""
    found = _tokens().filter(token_key=token_key)
    if member is not None:
        found = found.filter(membership=member, partner_id=partner_id)
    return found.first()


def _tokens() -> QuerySet[ApiToken]:
    found: QuerySet[ApiToken] = ApiToken.objects.select_related("membership__user")
    return found.order_by("-created", "-token_key")
