"""The verbs of tenants and their people.

`by` is who acts, None whoever runs the installation; `at` is when. Wrong input raises `Invalid`
with field and reason, and then nothing was written.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tenants import scope
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import ApiToken, Membership, Role, Tenant, User
from tenants.scope import act_in, identify
from tenants.scopes import ALL_SCOPES, DEFAULT_SCOPES
from tenants.tokens import speaks_for
from tenants.trail import record

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# No letter or digit that is taken for another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
LONGEST_LIFE = timedelta(days=366)
# More than anybody needs, so that a script that went wrong fills no page.
MOST_TOKENS = 25
# What a program may be: no admin, who decides who is in, and nobody's contact.
PROGRAM_ROLES = (Role.STAFF, Role.AUDITOR)
# Names that can never exist (RFC 2606): nothing that is sent there arrives anywhere.
PROGRAMS_DOMAIN = "programs.{slug}.invalid"


def new_password() -> str:
    """Return a password that can be read out: four groups of four, 79 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4))
    return "-".join(groups)


def create_tenant(slug: str, name: str) -> Tenant:
    """Make a tenant, as the database's owner: nobody else may.

    Committed at once, so that the app can fill it. One that was made and never got a member, by a
    run that was cut short, is taken up again. Raises `Invalid` for an address that is taken.
    """
    if not SLUG.fullmatch(slug) or len(slug) > 40:
        raise Invalid({"slug": _("At most 40 small letters, digits and single hyphens.")})
    name = _text("name", name, 120)
    with transaction.atomic(using="owner"):
        tenant = Tenant.objects.using("owner").filter(slug=slug).first()
        if tenant is not None and _has_members(tenant):
            raise Invalid({"slug": _("There is a tenant at this address already.")})
        tenant = tenant or Tenant(slug=slug)
        tenant.name = name
        try:
            tenant.save(using="owner")
        except IntegrityError as error:  # another run was faster
            raise Invalid({"slug": _("There is a tenant at this address already.")}) from error
    return tenant


def _has_members(tenant: Tenant) -> bool:
    with act_in(tenant.pk, using="owner"):
        return Membership.objects.using("owner").filter(tenant=tenant).exists()


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody, or a program, who becomes a member. `timezone` is an IANA zone."""

    email: str
    name: str
    title: str = ""
    timezone: str = "UTC"
    is_service: bool = False


def add_member(
    person: NewPerson,
    role: str,
    *,
    password: str | None = None,
    by: Membership | None,
    at: datetime,
) -> Membership:
    """Make a person, or a program, a member of the current tenant.

    Somebody who has an account keeps its name and password. Raises `Invalid` for an unusable
    e-mail, name, zone, password or role, and for one who is a member already.
    """
    _only_admins(by)
    if role not in Role.values:
        raise Invalid({"role": _("There is no such role.")})
    if person.is_service and role not in PROGRAM_ROLES:
        raise Invalid({"role": _("A program is staff or an auditor.")})
    with transaction.atomic():
        user = _account(_email(person.email)) or _new_account(person, password)
        if Membership.objects.filter(user=user).exists():
            raise Invalid({"email": _("This person is a member already.")})
        member = Membership.objects.create(
            tenant_id=scope.tenant_in_force(), user=user, role=role, title=person.title
        )
        said = {"member": str(member.pk), "user": str(user.pk), "role": role}
        record("tenant.member_added", at=at, by=by.user_id if by else None, facts=said)
    return member


def _new_account(person: NewPerson, password: str | None) -> User:
    if person.timezone not in available_timezones():
        raise Invalid({"timezone": _("There is no such time zone.")})
    if password is not None:
        _check_password(password, User(email=person.email, name=person.name))
    return User.objects.create_user(
        _email(person.email),
        password,
        name=_text("name", person.name, 120),
        timezone=person.timezone,
        is_service=person.is_service,
    )


def add_program(name: str, role: str, *, by: Membership | None, at: datetime) -> Membership:
    """Let a program work in the current tenant, as staff or as an auditor, under a name of its own.

    It has no password and an address that receives nothing; what lets it in is a token. Raises
    `Invalid` for a name that a program has already.
    """
    _only_admins(by)
    name = _text("name", name, 120)
    if Membership.objects.filter(user__is_service=True, user__name__iexact=name).exists():
        raise Invalid({"name": _("There is a program with this name already.")})
    tenant = Tenant.objects.get(pk=scope.tenant_in_force())
    local = f"{slugify(name)[:40].strip('-') or 'program'}-{secrets.token_hex(4)}"
    email = f"{local}@{PROGRAMS_DOMAIN.format(slug=tenant.slug)}"
    return add_member(NewPerson(email, name, is_service=True), role, by=by, at=at)


def check_maker(member: Membership, by: Membership | None) -> None:
    """Refuse who may not make a token of this member's: a token acts in its owner's name, so people
    make their own, and an admin those of programs, which are nobody."""
    if by is None or (by.pk == member.pk and not by.user.is_service):
        return
    if not member.user.is_service:
        raise NotAllowed(_("Nobody makes a token in another person's name."))
    if by.role != Role.ADMIN or by.user.is_service:
        raise NotAllowed(_("Only an admin of the programme makes tokens of programs."))


def make_token(
    member: Membership,
    *,
    name: str,
    scopes: Iterable[str] | None = None,
    partner_id: UUID | None = None,
    lifetime: timedelta | None = LONGEST_LIFE,
    once: str = "",
    by: Membership | None,
    at: datetime,
) -> tuple[ApiToken, str]:
    """Make an API token of a member; return it and its secret, which is not kept.

    Without `scopes` it gets those of the member's role. A partner contact's token names one
    partner. Only the installation makes one that never ends. `once` is what the form that asks for
    it carries: sent again it makes no second token, but raises `NotNow`. Raises `Invalid` for
    what cannot be.
    """
    check_maker(member, by)
    chosen = list(dict.fromkeys(DEFAULT_SCOPES[member.role] if scopes is None else scopes))
    name = _text("name", name, 80)
    _check_scopes(member, chosen)
    _check_partner(member, partner_id)
    if by is not None:
        _check_bounds(member, chosen, lifetime)
    with transaction.atomic():
        token, secret = ApiToken.objects.create(
            user=member.user,
            expiry=lifetime,
            tenant_id=member.tenant_id,
            membership=member,
            partner_id=partner_id,
            name=name,
            scopes=chosen,
        )
        _record_made(token, once, by=by, at=at)
    return token, secret


def _check_scopes(member: Membership, chosen: list[str]) -> None:
    if unknown := [scope_ for scope_ in chosen if scope_ not in ALL_SCOPES]:
        raise Invalid({"scopes": _("There is no scope %(name)s.") % {"name": unknown[0]}})
    if set(chosen) - set(DEFAULT_SCOPES[member.role]):
        raise Invalid({"scopes": _("More than a member of this role may do.")})


def _check_partner(member: Membership, partner_id: UUID | None) -> None:
    if (member.role == Role.PARTNER) != (partner_id is not None):
        raise Invalid({"partner": _("A partner contact's token names one partner, no other does.")})
    if partner_id is not None and not speaks_for(member, partner_id):
        raise Invalid({"partner": _("This person does not speak for this partner.")})


def _check_bounds(member: Membership, chosen: list[str], lifetime: timedelta | None) -> None:
    """Refuse what people may not make: a token for nothing, or for ever, or one too many."""
    if not chosen:
        raise Invalid({"scopes": _("Choose at least one.")})
    if lifetime is None or not timedelta(0) < lifetime <= LONGEST_LIFE:
        most = {"n": LONGEST_LIFE.days}
        raise Invalid({"lifetime": _("A token is valid for %(n)s days at most.") % most})
    if ApiToken.objects.filter(membership=member).count() >= MOST_TOKENS:
        reason = _("There are %(n)s tokens already: revoke one that is not needed.")
        raise Invalid({"name": reason % {"n": MOST_TOKENS}})


def _record_made(token: ApiToken, once: str, *, by: Membership | None, at: datetime) -> None:
    facts = {
        "member": str(token.membership_id),
        "token_key": token.token_key,
        "scopes": token.scopes,
    }
    key = f"token:{token.membership_id}:{once}" if once else None
    actor = by.user_id if by else None
    try:
        record("tenant.token_made", at=at, by=actor, facts=facts, once_key=key)
    except IntegrityError as error:
        reason = _(
            "This token was made already, and its secret was shown then. If you did not keep it,"
            " revoke the token and make another."
        )
        raise NotNow(reason) from error


def revoke_token(token: ApiToken, *, by: Membership | None, at: datetime) -> None:
    """End a token at once, for good: its owner may, and an admin. Nothing but the trail, which
    names it by how its secret began, remembers it."""
    if by is not None and by.role != Role.ADMIN and by.pk != token.membership_id:
        raise NotAllowed(_("Only its owner or an admin of the programme revokes a token."))
    with transaction.atomic():
        gone, _what = ApiToken.objects.filter(pk=token.pk).delete()
        if not gone:
            raise NotNow(_("This token was revoked already."))
        facts = {"member": str(token.membership_id), "token_key": token.token_key}
        record("tenant.token_revoked", at=at, by=by.user_id if by else None, facts=facts)


def set_password(email: str, password: str) -> None:
    """Give somebody who has an account a new password, as the database's owner.

    Raises `Invalid` where there is no such account, and for a password that is too easily guessed.
    """
    with transaction.atomic(using="owner"):
        users = User.objects.using("owner").select_for_update()
        user = users.filter(email=_email(email), is_service=False).first()
        if user is None:
            raise Invalid({"email": _("Nobody has an account with this e-mail.")})
        _check_password(password, user)
        user.set_password(password)
        user.save(using="owner", update_fields=["password"])


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise Invalid({"password": " ".join(problem.messages)}) from None


def _only_admins(by: Membership | None) -> None:
    if by is not None and by.role != Role.ADMIN:
        raise NotAllowed(_("Only an admin of the programme can do this."))


def _account(email: str) -> User | None:
    """Find an account by e-mail across tenants."""
    with identify(email=email):
        return User.objects.filter(email=email).first()


def _email(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid({"email": _("This is not an e-mail address.")}) from None
    return email


def _text(field: str, text: str, most: int) -> str:
    text = text.strip()
    if not text or len(text) > most or not text.isprintable():
        raise Invalid({field: _("A text of at most %(n)s characters.") % {"n": most}})
    return text
