"""What is said in a case, and who is let into a restricted one."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager
from guardian.models import UserObjectPermissionBase

from cases.models.case import Case
from journal.models import Audience
from partners.models import Partner
from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import TenantModel


class MessageKind(models.TextChoices):
    """What a text is for."""

    MESSAGE = "message", _("Message")
    UPDATE = "update", _("Update")
    REASON = "reason", _("Reason")
    DECISION = "decision", _("Decision")
    RESOLUTION = "resolution", _("Resolution")


class Message(TenantModel):
    """A text in a case, for staff only, for one party, or for all. Its event carries its hash."""

    case = TenantForeignKey(Case, models.CASCADE, related_name="messages")
    event_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=MessageKind.choices, default=MessageKind.MESSAGE)
    author = MemberForeignKey(null=True)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    partner = TenantForeignKey(Partner, null=True)
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience="party", partner__isnull=False)
                | (~models.Q(audience="party") & models.Q(partner__isnull=True)),
                name="message_to_one_party_names_it",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "case", "-at", "-id"], name="message_of_case"),
            models.Index(fields=["tenant", "event_id"], name="message_of_event"),
        ]


class CaseGrant(TenantModel, UserObjectPermissionBase):
    """An exceptional right to see one restricted case, by name, with a reason, until a date.

    A row of django-guardian's with a direct reference; `expires_at` and `revoked_at` end it, and
    `cases.access` asks for both. Granting again to the same person renews the row; the trail keeps
    what was before.
    """

    content_object = TenantForeignKey(Case, models.CASCADE, related_name="grants")
    user = MemberForeignKey(models.CASCADE)
    reason = models.TextField(_("reason"))
    granted_by = MemberForeignKey()
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # Named again: guardian's base brings one of its own.
    objects = ScopedManager(tenant="tenant")  # type: ignore[misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "content_object", "user", "permission"], name="grant_once"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("granted_at")), name="grants_expire"
            ),
        ]
        indexes = [
            # Which restricted cases a person was let into.
            models.Index(fields=["tenant", "user", "content_object"], name="grants_of_person")
        ]
