"""Who uses the product, and on whose behalf."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager
from knox.models import AbstractAuthToken

from tenants.fields import TenantForeignKey
from tenants.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Makes users; finds them by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; without a password none will do."""
        user = User(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(force_insert=True)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or a program that acts within its scopes (`is_service`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_service = models.BooleanField(_("is a program"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    # Not kept: it would be a write at every sign-in, and nobody asks for it.
    last_login = None

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(is_superuser=False), name="no_superusers"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_lower"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """Two letters for the round sign beside a name."""
        return initials_of(self.name)


def initials_of(name: str) -> str:
    """Return the first letters of the first and last word of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class Tenant(models.Model):
    """One vendor with one partner programme."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class TenantModel(models.Model):
    """A row that belongs to one tenant. Its table is behind row security (see `Protect`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, db_constraint=False, related_name="+", db_index=False
    )
    objects = ScopedManager(tenant="tenant")

    class Meta:
        abstract = True


class Role(models.TextChoices):
    """What kind of work a member may do. Authority comes from seats."""

    ADMIN = "admin", _("Programme admin")
    STAFF = "staff", _("Staff")
    AUDITOR = "auditor", _("Auditor")
    CUSTODIAN = "custodian", _("Custodian")
    PARTNER = "partner", _("Partner contact")


class Membership(TenantModel):
    """A person's role in a tenant."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    title = models.CharField(_("title"), max_length=80, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_tenant"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="known_role"),
        ]


class ApiToken(AbstractAuthToken):
    """A program's key to one membership: hashed, scoped, expiring. Shown once, when made."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+")
    membership = models.ForeignKey(
        Membership, models.CASCADE, related_name="tokens", db_constraint=False
    )
    partner_id = models.UUIDField(null=True, blank=True)
    name = models.CharField(_("name"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=40), default=list)


class IdempotencyKey(TenantModel):
    """What a program was answered to a request that carried a key, so that the same request, sent
    again, is not carried out again. `fingerprint` is the hash of what was asked."""

    membership = TenantForeignKey(Membership, models.CASCADE)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "membership", "key"], name="one_answer_per_key"
            )
        ]
        indexes = [
            # Clearing what is too old.
            models.Index(fields=["tenant", "created_at"], name="idempotency_by_age")
        ]
