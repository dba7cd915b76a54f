"""Whose turn it is, every deadline a case runs under, and when its clocks stood still."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from ladder.models import CalendarVersion, Level
from partners.models import Partner
from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import TenantModel


class AssignmentEnd(models.TextChoices):
    """Why a turn ended."""

    ESCALATED = "escalated", _("Handed up")
    BREACHED = "breached", _("Handed up by the clock")
    HANDED_BACK = "handed_back", _("Handed back")
    REASSIGNED = "reassigned", _("Given to a colleague")
    RESOLVED = "resolved", _("Resolved")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Assignment(TenantModel):
    """A case's stay on a level with its holder: one turn. `owner` is empty only where nobody
    holds the level, which raises an alarm. An owner who stands in for somebody has it
    `on_behalf_of` them."""

    case = TenantForeignKey(Case, models.CASCADE, related_name="assignments")
    cycle = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    level = TenantForeignKey(Level)
    position = models.PositiveSmallIntegerField()
    owner = MemberForeignKey(null=True)
    backup = MemberForeignKey(null=True)
    on_behalf_of = MemberForeignKey(null=True, db_index=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=12, choices=AssignmentEnd.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "case", "number"], name="assignment_number_per_case"
            ),
            # Exactly one owner at all times: never two turns at once.
            models.UniqueConstraint(
                fields=["tenant", "case"],
                condition=models.Q(ended_at__isnull=True),
                name="one_turn_at_a_time",
            ),
        ]
        indexes = [
            # The inbox: what a person has handed on, and what is or was held on their behalf.
            models.Index(fields=["tenant", "owner", "case"], name="turns_of_person"),
            models.Index(
                fields=["tenant", "on_behalf_of", "case"],
                condition=models.Q(on_behalf_of__isnull=False),
                name="turns_on_behalf",
            ),
        ]


class ClockKind(models.TextChoices):
    """What a deadline asks for."""

    RESPONSE = "response", _("Response")
    DECISION = "decision", _("Decision")
    TOTAL = "total", _("Total")
    REMINDER = "reminder", _("Reminder")
    CLOSING = "closing", _("Closing")
    REQUEST = "request", _("Request for the next level")
    APPROVAL = "approval", _("Concession")
    ACTION = "action", _("Action")
    PAUSE = "pause", _("Pause")
    REVIEW = "review", _("Sending back")
    UPDATE = "update", _("Next update")


class ClockState(models.TextChoices):
    """How a deadline stands."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    BREACHED = "breached", _("Missed")
    ENDED = "ended", _("Ended")


class Clock(TenantModel):
    """One deadline of a case.

    Due is the earliest instant at which `target_seconds` of the pinned calendar's open time have
    passed since `anchor`. `next_fire_at` is when the sweep must look: the next warning threshold,
    or the due time. A breached clock may still be met, late: `met_at` after `breached_at`.
    `fired` is the highest threshold told so far, for a reminder the number of reminders. A paused
    one has no due time until it runs again: `due_at` is what it was. `rebased_at` is when it was
    last put on other rules than those it started with.

    Most clocks ask the case's owner. One about a `subject` (the partner that asked for the next
    level, a concession, an action of a memo) may ask somebody else: `owner` and `backup`, at
    `level` where it is about authority, `on_behalf_of` whom the owner stands in for. `barred` may
    not answer it: who asked, or whom they asked for.
    """

    case = TenantForeignKey(Case, models.CASCADE, related_name="clocks")
    assignment = TenantForeignKey(Assignment, models.CASCADE, null=True)
    kind = models.CharField(max_length=8, choices=ClockKind.choices)
    cycle = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=ClockState.choices, default=ClockState.RUNNING)
    window = models.CharField(max_length=20)
    target_seconds = models.PositiveBigIntegerField()
    calendar_version = TenantForeignKey(CalendarVersion)
    anchor = models.DateTimeField()
    due_at = models.DateTimeField()
    soon_at = models.DateTimeField(null=True)
    next_fire_at = models.DateTimeField(null=True)
    thresholds = ArrayField(models.PositiveSmallIntegerField(), default=list)
    fired = models.PositiveIntegerField(default=0)
    met_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    processed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    rebased_at = models.DateTimeField(null=True)
    subject = models.UUIDField(null=True)
    owner = MemberForeignKey(null=True, db_index=False)
    backup = MemberForeignKey(null=True, db_index=False)
    on_behalf_of = MemberForeignKey(null=True, db_index=False)
    level = TenantForeignKey(Level, null=True, db_index=False)
    barred = ArrayField(models.UUIDField(), default=list, db_default=[])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="running") | models.Q(next_fire_at__isnull=True),
                name="only_running_clocks_fire",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(next_fire_at__isnull=False),
                name="running_clocks_fire",
            ),
            models.UniqueConstraint(
                fields=["tenant", "case", "kind", "subject"],
                condition=models.Q(state="running"),
                nulls_distinct=False,
                name="one_running_clock_per_subject",
            ),
        ]
        indexes = [
            # The sweep's claim, across tenants. It orders by the indexed column itself.
            models.Index(
                fields=["next_fire_at"],
                condition=models.Q(state="running"),
                name="clock_to_fire",
            ),
            # The auditor's look for what was put off past its time, across tenants.
            models.Index(
                fields=["due_at"],
                condition=models.Q(state="running"),
                name="clock_past_due",
            ),
            models.Index(fields=["tenant", "case", "kind"], name="clock_of_case"),
            # Approvals and actions: what waits for a person, and for whom they stand in.
            models.Index(
                fields=["tenant", "owner", "due_at"],
                condition=models.Q(owner__isnull=False, met_at__isnull=True, ended_at__isnull=True),
                name="clock_of_person",
            ),
            models.Index(
                fields=["tenant", "backup", "due_at"],
                condition=models.Q(
                    backup__isnull=False, met_at__isnull=True, ended_at__isnull=True
                ),
                name="clock_of_backup",
            ),
            # What became of one subject.
            models.Index(
                fields=["tenant", "subject"],
                condition=models.Q(subject__isnull=False),
                name="clock_of_subject",
            ),
        ]


class PauseReason(models.TextChoices):
    """What a case may stand still for. The first two name a party."""

    EVIDENCE = "evidence", _("Evidence from a party")
    ANSWER = "answer", _("An answer from a party")
    CUSTOMER = "customer", _("The customer's decision")
    THIRD_PARTY = "third_party", _("Somebody outside the dispute")
    STANDSTILL = "standstill", _("A standstill the parties agreed on")


OF_A_PARTY = (PauseReason.EVIDENCE, PauseReason.ANSWER)


class PauseEnd(models.TextChoices):
    """Why a case went on."""

    RESUMED = "resumed", _("Taken up again")
    ANSWERED = "answered", _("The party answered")
    MOVED = "moved", _("The case moved on")
    CAP = "cap", _("The longest time was over")


class Pause(TenantModel):
    """A time in which the vendor's own clocks of a case stand still, because somebody else owes
    something: `partner`, where it is a party.

    `review_by` is when who paused it looks again, `ends_by` when it ends by itself. What is waited
    for is said in the message that goes with the pause's event.
    """

    case = TenantForeignKey(Case, models.CASCADE, related_name="pauses", db_index=False)
    cycle = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=12, choices=PauseReason.choices)
    partner = TenantForeignKey(Partner, null=True, db_index=False)
    started_at = models.DateTimeField()
    started_by = MemberForeignKey(null=True, db_index=False)
    review_by = models.DateTimeField()
    ends_by = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = MemberForeignKey(null=True, db_index=False)
    end_reason = models.CharField(max_length=8, choices=PauseEnd.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "case"],
                condition=models.Q(ended_at__isnull=True),
                name="one_pause_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=[*OF_A_PARTY], partner__isnull=False)
                | (~models.Q(reason__in=[*OF_A_PARTY]) & models.Q(partner__isnull=True)),
                name="pause_for_a_party_names_it",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_by__gte=models.F("review_by")),
                name="reviewed_before_it_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True)
                | models.Q(ended_at__gte=models.F("started_at")),
                name="pause_ends_after_it_began",
            ),
        ]
        indexes = [
            # The sweep, and every due time that is derived again.
            models.Index(fields=["tenant", "case", "started_at"], name="pauses_of_case")
        ]
