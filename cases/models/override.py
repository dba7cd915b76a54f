"""What was done outside the rules, until somebody says what was learned of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import TenantModel


class Act(models.TextChoices):
    """What was done outside the rules."""

    ESCALATE = "escalate", _("Escalated")
    JUMP = "jump", _("Passed over a level")
    HAND_BACK = "hand_back", _("Handed back")
    HOLD = "hold", _("Held a window")
    SEVERITY = "severity", _("Changed the severity")
    PAUSE = "pause", _("Paused the clocks")


class Rule(models.TextChoices):
    """Which rule was set aside for it."""

    TURN = "turn", _("Only the person whose turn it is may do this")
    ABOVE = "above", _("Only a level above may do this")
    TIME = "time", _("Time for it was over")
    LONGEST = "longest", _("A case stands still for so long at most")


class Finding(models.TextChoices):
    """What came of looking at it again."""

    EXCEPTION = "exception", _("A justified exception: the rule stays")
    CHANGE = "change", _("The rule should change")
    MISTAKE = "mistake", _("It should not have been done")


class Override(TenantModel):
    """An act outside the rules. It is open until another person reconciles it with what was
    learned; the end of the case does not close it. Why it was done stands in the text of its
    event."""

    case = TenantForeignKey(Case, models.CASCADE, related_name="overrides", db_index=False)
    cycle = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=9, choices=Act.choices)
    rules = ArrayField(models.CharField(max_length=7, choices=Rule.choices))
    event_id = models.UUIDField()
    by = MemberForeignKey(db_index=False)
    at = models.DateTimeField()
    finding = models.CharField(max_length=9, choices=Finding.choices, blank=True)
    learned = models.TextField(blank=True)
    reconciled_by = MemberForeignKey(null=True, db_index=False)
    reconciled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "event_id"], name="one_override_per_event"),
            models.CheckConstraint(
                condition=models.Q(finding="", learned="", reconciled_at__isnull=True)
                | (
                    models.Q(reconciled_at__isnull=False, reconciled_by__isnull=False)
                    & ~models.Q(finding="")
                    & ~models.Q(learned="")
                ),
                name="reconciled_with_what_was_learned",
            ),
            models.CheckConstraint(
                condition=models.Q(reconciled_by__isnull=True)
                | ~models.Q(reconciled_by=models.F("by")),
                name="reconciled_by_another_person",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "case"], name="overrides_of_case"),
            # The list of what is open, the oldest first.
            models.Index(
                fields=["tenant", "at", "id"],
                condition=models.Q(reconciled_at__isnull=True),
                name="overrides_open",
            ),
            models.Index(
                fields=["tenant", "-reconciled_at", "-id"],
                condition=models.Q(reconciled_at__isnull=False),
                name="overrides_reconciled",
            ),
        ]
