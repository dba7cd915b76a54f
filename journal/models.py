"""The audit trail, and the notices that come of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import Tenant, TenantModel


class Audience(models.TextChoices):
    """Who may see an event or a message."""

    INTERNAL = "internal", _("Internal")
    PARTY = "party", _("One party")
    PARTIES = "parties", _("All parties")


class Event(TenantModel):
    """One entry of the audit trail: append-only, and sealed into the tenant's hash chain.

    An event names ids and facts that changed; never a name, an address or free text, so that
    erasing a person or a text later leaves every event and the chain as they are.
    `seq` and `hash` are empty until the sealer has put the event in its place.
    """

    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    facts = models.JSONField(default=dict)
    audience = models.CharField(max_length=8, choices=Audience.choices, default=Audience.INTERNAL)
    partner_id = models.UUIDField(null=True)
    once_key = models.CharField(max_length=80, null=True)
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    seq = models.BigIntegerField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            # The public feed's order; the chain's order.
            models.UniqueConstraint(
                fields=["tenant", "seq"],
                condition=models.Q(seq__isnull=False),
                name="one_event_per_place",
            ),
            # Makes a second escalation for one breach impossible, whatever crashes.
            models.UniqueConstraint(
                fields=["tenant", "once_key"],
                condition=models.Q(once_key__isnull=False),
                name="event_happens_once",
            ),
            models.CheckConstraint(
                condition=models.Q(audience="party", partner_id__isnull=False)
                | (~models.Q(audience="party") & models.Q(partner_id__isnull=True)),
                name="event_for_one_party_names_it",
            ),
        ]
        indexes = [
            # Read by the case page's timeline.
            models.Index(fields=["tenant", "case_id", "-at", "-id"], name="event_of_case"),
            # Read by the sealer, across tenants.
            models.Index(
                fields=["recorded_at", "id"],
                condition=models.Q(seq__isnull=True),
                name="event_to_seal",
            ),
        ]


class ChainHead(models.Model):
    """The last sealed event of a tenant: where its chain goes on."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(default=bytes)


class Channel(models.TextChoices):
    """How a notice reaches a person."""

    BELL = "bell", _("In the app")
    EMAIL = "email", _("By e-mail")


class NoticeState(models.TextChoices):
    """How far a notice has come."""

    PENDING = "pending", _("Waiting")
    SENT = "sent", _("Sent")
    DROPPED = "dropped", _("Not sent: nothing that the person is still to be told")
    FAILED = "failed", _("Given up")


class Notice(TenantModel):
    """One event told to one person on one channel. The rows are the outbox.

    What waits for one person at one time leaves as one mail: `mail_id` is the id of the notice that
    leads it, decided before it is first sent, and names the mail at every attempt. `held_until` is
    how long at most it waits for others of its kind, or for the person's working hours.
    """

    event = TenantForeignKey(Event, models.CASCADE)
    user = MemberForeignKey(models.CASCADE)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    state = models.CharField(max_length=8, choices=NoticeState.choices, default=NoticeState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    done_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    mail_id = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # One notice per person per event and channel.
            models.UniqueConstraint(
                fields=["tenant", "event", "user", "channel"], name="told_once"
            ),
        ]
        indexes = [
            # Read by the relay, across tenants.
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="pending"),
                name="notice_waiting",
            ),
            # Read by delivery, tenant by tenant: one's backlog is not in another's way.
            models.Index(
                fields=["tenant", "next_attempt_at", "id"],
                condition=models.Q(state="pending"),
                name="notice_to_deliver",
            ),
            # Read by the auditor, across tenants: mail that was given up lately.
            models.Index(
                fields=["done_at"],
                condition=models.Q(state="failed"),
                name="notice_given_up",
            ),
            # Read by the bell.
            models.Index(
                fields=["tenant", "user", "-created_at", "-id"],
                condition=models.Q(channel="bell"),
                name="notice_of_person",
            ),
            # Read on every page: how many are not read. Those that are do not slow it.
            models.Index(
                fields=["tenant", "user"],
                condition=models.Q(channel="bell", read_at__isnull=True),
                name="notice_unread",
            ),
        ]


class Heartbeat(models.Model):
    """When a background loop last ran, and what it found. Holds no tenant's data."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)
