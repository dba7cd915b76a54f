"""What was asked for about clocks that run on earlier rules, and what became of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from ladder.models import Calendar, Ladder
from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import TenantModel


class Answer(models.TextChoices):
    """What another admin said to a re-base."""

    APPROVED = "approved", _("Approved")
    TURNED_DOWN = "turned_down", _("Turned down")


class Rebase(TenantModel):
    """A proposal to put running clocks on the rules of today: those that count in a `calendar`,
    those of the cases on a `ladder`, or those of one `case`.

    `rules` is a hash of the rules that it was asked for; of other rules it is out of date. An
    approved one is carried out case by case, in the order of their ids: `through` is how far it
    came, `held_until` until when a worker is at it. It is done where the last case was looked at,
    or `stopped` where the rules changed on the way.
    """

    case = TenantForeignKey(Case, models.CASCADE, null=True, related_name="rebases", db_index=False)
    ladder = TenantForeignKey(Ladder, null=True, db_index=False)
    calendar = TenantForeignKey(Calendar, null=True, db_index=False)
    reason = models.TextField()
    rules = models.CharField(max_length=64)
    by = MemberForeignKey(db_index=False)
    at = models.DateTimeField()
    answer = models.CharField(max_length=11, choices=Answer.choices, blank=True)
    word = models.TextField(blank=True)
    answered_by = MemberForeignKey(null=True, db_index=False)
    answered_at = models.DateTimeField(null=True)
    through = models.UUIDField(null=True)
    changed = models.PositiveIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    stopped = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case__isnull=False, ladder=None, calendar=None)
                | models.Q(case=None, ladder__isnull=False, calendar=None)
                | models.Q(case=None, ladder=None, calendar__isnull=False),
                name="rebase_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", word="", answered_by=None, answered_at=None)
                | (
                    models.Q(answered_by__isnull=False, answered_at__isnull=False)
                    & ~models.Q(answer="")
                    & ~models.Q(word="")
                ),
                name="rebase_answered_with_a_word",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_by=None) | ~models.Q(answered_by=models.F("by")),
                name="rebase_answered_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(answer="approved")
                | models.Q(done_at=None, through=None, held_until=None, changed=0, stopped=False),
                name="only_approved_is_carried_out",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "case"], name="rebases_of_case"),
            # The list of what waits, the oldest first.
            models.Index(
                fields=["tenant", "at", "id"],
                condition=models.Q(answer=""),
                name="rebases_waiting",
            ),
            models.Index(
                fields=["tenant", "-answered_at", "-id"],
                condition=~models.Q(answer=""),
                name="rebases_answered",
            ),
            # What is under way, across tenants: found again where a worker was lost.
            models.Index(
                fields=["held_until"],
                condition=models.Q(answer="approved", done_at=None),
                name="rebases_under_way",
            ),
        ]
