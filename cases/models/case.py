"""A dispute, and who has a part in it."""

from datetime import datetime
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

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
    inbox reads one row a case. `memo_id` is the memo that was issued last, in the cycle
    `memo_cycle`. `version` grows with every change.
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
    memo_cycle = models.PositiveSmallIntegerField(default=1, db_default=1)
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

    def changed(self, at: datetime) -> None:
        """Note that the case has changed. Who waited for another to be done began before it, and
        still changes the case after it: the time of the last change never goes back."""
        self.updated_at, self.version = max(at, self.updated_at), self.version + 1

    @property
    def turn_id(self) -> UUID:
        """The current turn; a case has one from its opening on."""
        if self.assignment_id is None:
            raise LookupError("This case was never opened.")
        return self.assignment_id

    @property
    def has_memo(self) -> bool:
        """Whether a memo was issued in this cycle."""
        return self.memo_id is not None and self.memo_cycle == self.cycle

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
    One that got its part later has `joined_at`: the portal's wall keeps from it what was shared
    before, and the turns and clocks that were over by then.
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


class Result(TenantModel):
    """What an earlier cycle of a case came to; written when it is reopened, and never changed."""

    case = TenantForeignKey(Case, models.CASCADE, related_name="results", db_index=False)
    cycle = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    resolution = models.TextField(blank=True)
    memo_id = models.UUIDField(null=True)
    level = TenantForeignKey(Level, db_index=False)
    owner = MemberForeignKey(null=True, db_index=False)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Also how the results of a case are found.
            models.UniqueConstraint(fields=["tenant", "case", "cycle"], name="one_result_per_cycle")
        ]
