"""Something of value offered to a party, and who allowed it."""

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Clock, ClockKind
from ladder.kinds import ConcessionKind
from ladder.models import Level
from partners.models import Partner
from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import TenantModel
from tenants.seen import Tags, tag_of


class ConcessionState(models.TextChoices):
    """How far a request has come."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    DENIED = "denied", _("Denied")
    COUNTERED = "countered", _("Countered")
    WITHDRAWN = "withdrawn", _("Taken back")


class Concession(TenantModel):
    """A request to concede something to a party of a case, numbered within the case.

    `value` is the amount in the programme's currency by the rate of the day, empty without one.
    Asked again with another kind, amount or percent it gets the next `revision`, and what was
    decided about the one before is void. `requested_for` is the holder in whose place a backup
    asked. A request that is pending when its case ends has lapsed: that is derived, not stored.
    """

    case = TenantForeignKey(Case, models.CASCADE, related_name="concessions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=16, choices=ConcessionKind.choices)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2, null=True)
    reason = models.TextField(_("reason"))
    condition = models.TextField(_("condition"), blank=True)
    partner = TenantForeignKey(Partner)
    state = models.CharField(
        max_length=10, choices=ConcessionState.choices, default=ConcessionState.PENDING
    )
    revision = models.PositiveSmallIntegerField(default=1)
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    value_currency = models.CharField(max_length=3)
    requested_by = MemberForeignKey()
    requested_for = MemberForeignKey(null=True)
    requested_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    counter_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    counter_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    conditions = models.TextField(_("conditions"), blank=True)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "case", "number"], name="concession_number_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0)
                & (models.Q(counter_amount=None) | models.Q(counter_amount__gt=0)),
                name="concessions_are_worth_something",
            ),
            # A price names its percent, and nothing else has one.
            models.CheckConstraint(
                condition=models.Q(
                    kind="price", percent__isnull=False, percent__gt=0, percent__lte=100
                )
                | (~models.Q(kind="price") & models.Q(percent=None)),
                name="percent_of_a_price",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ConcessionState.values), name="known_concession_state"
            ),
        ]

    # The revision that who acts has seen, where they saw one; verbs refuse to act on another.
    seen_revision: int | None = None
    # The version they have read, where they named one; the same.
    seen_tags: Tags = None

    @property
    def tag(self) -> str:
        """The version, as programs name it: what is asked for, and who is asked until when."""
        asked = Clock.objects.filter(subject=self.pk, kind=ClockKind.APPROVAL)
        who = asked.order_by("anchor", "id").values_list("id", "owner_id", "on_behalf_of_id")
        said = hashlib.sha256(repr(who.last()).encode()).hexdigest()[:12]
        return tag_of(self.revision, self.state, said)


class Verdict(models.TextChoices):
    """What somebody with the authority said."""

    APPROVE = "approve", _("Approved")
    DENY = "deny", _("Denied")
    COUNTER = "counter", _("Countered")


class Decision(TenantModel):
    """The decision on one revision of a concession: one, whoever is quickest.

    `amount`, `percent` and `conditions` are what was allowed or offered. `level` is whose
    authority it was; `on_behalf_of` the holder in whose place a backup decided.
    """

    concession = TenantForeignKey(Concession, models.CASCADE, related_name="decisions")
    revision = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.TextField(_("reason"))
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    conditions = models.TextField(_("conditions"), blank=True)
    by = MemberForeignKey()
    on_behalf_of = MemberForeignKey(null=True)
    level = TenantForeignKey(Level)
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("revision",)
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "concession", "revision"], name="one_decision_per_revision"
            )
        ]
        indexes = [
            # The approvals page: what a person decided last.
            models.Index(fields=["tenant", "by", "-at"], name="decisions_of_person")
        ]
