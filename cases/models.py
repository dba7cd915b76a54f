"""A dispute, whose turn it is, and every deadline it runs under."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager
from guardian.models import UserObjectPermissionBase

from journal.models import Audience
from ladder.models import CalendarVersion, Category, Ladder, Level, Route, Severity
from partners.models import Partner, Region
from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import TenantModel
from tenants.seen import Tags, tag_of


class Status(models.TextChoices):
    """Where a case stands. `new`, `in_progress` and `decided` are open."""

    NEW = "new", _("New")
    IN_PROGRESS = "in_progress", _("In progress")
    DECIDED = "decided", _("Decided")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN = (Status.NEW, Status.IN_PROGRESS, Status.DECIDED)
ENDED = (Status.RESOLVED, Status.CLOSED, Status.WITHDRAWN)


class Source(models.TextChoices):
    """How a case came in."""

    BROWSER = "browser", _("Logged by staff")
    PORTAL = "portal", _("Logged by the partner")
    API = "api", _("From another system")
    IMPORT = "import", _("Imported")


class Outcome(models.TextChoices):
    """The holder's word on a dispute."""

    UPHELD = "upheld", _("Upheld")
    PARTLY = "partly", _("Partly upheld")
    REJECTED = "rejected", _("Rejected")


class Confidentiality(models.TextChoices):
    """Who may know that a case exists: all staff, or only its holders, the seats above, and people
    granted by name. A sealed one is also the custodians'."""

    NORMAL = "normal", _("Normal")
    RESTRICTED = "restricted", _("Restricted")
    SEALED = "sealed", _("Sealed")


class CaseCounter(TenantModel):
    """The last number given to a case of one tenant in one year."""

    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "year"], name="one_counter_per_year")
        ]


class Case(TenantModel):
    """A dispute between the vendor and its partners.

    `assignment_id` is the current turn; `due_*` repeat the clock that is due next, so that the
    inbox reads one row a case. `memo_id` is the memo that was issued last. `version` grows with
    every change.
    """

    number = models.CharField(_("number"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("what happened"), blank=True)
    category = TenantForeignKey(Category)
    severity = models.CharField(max_length=2, choices=Severity.choices)
    severity_reason = models.TextField(blank=True)
    impact = models.JSONField(default=dict)
    impact_score = models.PositiveSmallIntegerField(null=True)
    fields = models.JSONField(default=dict)
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    currency = models.CharField(max_length=3, blank=True)
    deal_id = models.CharField(_("deal id"), max_length=120, blank=True)
    region = TenantForeignKey(Region, null=True, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    source_system = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, null=True, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.NEW)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    resolution = models.TextField(blank=True)
    confidentiality = models.CharField(
        max_length=10,
        choices=Confidentiality.choices,
        default=Confidentiality.NORMAL,
        db_default=Confidentiality.NORMAL,
    )
    memo_id = models.UUIDField(null=True)
    cycle = models.PositiveSmallIntegerField(default=1)
    ladder = TenantForeignKey(Ladder)
    route = TenantForeignKey(Route, null=True)
    start_position = models.PositiveSmallIntegerField()
    windows = models.JSONField(default=dict)
    calendar_version = TenantForeignKey(CalendarVersion)
    assignment_id = models.UUIDField(null=True)
    owner = MemberForeignKey(null=True)
    level = TenantForeignKey(Level)
    due_at = models.DateTimeField(null=True)
    due_kind = models.CharField(max_length=8, blank=True)
    due_soon_at = models.DateTimeField(null=True)
    due_missed = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = MemberForeignKey(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    search = models.GeneratedField(
        expression=models.Func(
            models.F("number"),
            models.F("title"),
            models.F("deal_id"),
            models.F("description"),
            function="parley_case_words",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="case_number_per_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "source_system", "external_id"],
                condition=models.Q(external_id__isnull=False),
                name="case_external_id_per_source",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="known_status"
            ),
        ]
        indexes = [
            # The inbox: everything open, by what is due next; keyset pages.
            models.Index(
                fields=["tenant", "due_at", "id"],
                condition=models.Q(status__in=[*OPEN]),
                name="case_due_open",
            ),
            # The inbox: what is over, the last changed first.
            models.Index(
                fields=["tenant", "-updated_at", "-id"],
                condition=models.Q(status__in=[*ENDED]),
                name="case_ended_by_change",
            ),
            # The inbox: what is mine.
            models.Index(
                fields=["tenant", "owner", "due_at", "id"],
                condition=models.Q(status__in=[*OPEN]),
                name="case_due_by_owner",
            ),
            # Search: an id of the source system, whichever system that is.
            models.Index(
                fields=["tenant", "external_id"],
                condition=models.Q(external_id__isnull=False),
                name="case_by_external_id",
            ),
            # The API's list: the last changed first, or what has changed since; keyset pages.
            models.Index(fields=["tenant", "-updated_at", "-id"], name="case_by_last_change"),
            GinIndex(fields=["search"], name="case_words"),
        ]

    # The turn that who acts has seen, where they saw one; verbs refuse to act on another.
    seen_turn: UUID | None = None
    # The version they have read, where they named one; the same.
    seen_tags: Tags = None
    # In whose place who acts does so, as it was found when they were checked.
    acting_for: UUID | None = None

    def __str__(self) -> str:
        return self.number

    @property
    def tag(self) -> str:
        """The version, as programs name it."""
        return tag_of(self.version)

    @property
    def turn_id(self) -> UUID:
        """The current turn; a case has one from its opening on."""
        if self.assignment_id is None:
            raise LookupError("This case was never opened.")
        return self.assignment_id

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes something."""
        return self.status in OPEN


class PartyRole(models.TextChoices):
    """A partner's part in a case."""

    COMPLAINANT = "complainant", _("Complainant")
    RESPONDENT = "respondent", _("Respondent")
    AFFECTED = "affected", _("Affected")


class Party(TenantModel):
    """A partner in a case, and what this partner reads of it.

    `title` is what the partner sees the case called, `account` what it told when it logged the
    case; another party sees neither. `asked_at` is since when the vendor waits for its answer.
    One that got its part later has `joined_at`, and reads nothing shared before.
    """

    case = TenantForeignKey(Case, models.CASCADE, related_name="parties")
    partner = TenantForeignKey(Partner)
    role = models.CharField(max_length=12, choices=PartyRole.choices)
    title = models.CharField(_("title"), max_length=200, blank=True, db_default="")
    account = models.TextField(_("what happened"), blank=True, db_default="")
    asked_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "case", "partner"], name="partner_in_case_once"
            )
        ]
        indexes = [
            # Read by the portal's list and its row security.
            models.Index(fields=["tenant", "partner", "case"], name="cases_of_partner")
        ]


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


class ClockState(models.TextChoices):
    """How a deadline stands."""

    RUNNING = "running", _("Running")
    MET = "met", _("Met")
    BREACHED = "breached", _("Missed")
    ENDED = "ended", _("Ended")


class Clock(TenantModel):
    """One deadline of a case.

    Due is the earliest instant at which `target_seconds` of the pinned calendar's open time have
    passed since `anchor`. `next_fire_at` is when the sweep must look: the next warning threshold,
    or the due time. A breached clock may still be met, late: `met_at` after `breached_at`.
    `fired` is the highest threshold told so far, for a reminder the number of reminders.

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


class MessageKind(models.TextChoices):
    """What a text is for."""

    MESSAGE = "message", _("Message")
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
