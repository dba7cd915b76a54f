"""The policy of a tenant: calendars, ladders, seats, categories, the matrix. It knows no case."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from partners.models import Region, Tier
from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import TenantModel

DEFAULT_THRESHOLDS = (50, 75, 90)
# As ISO 8601 counts them, from Monday.
WEEKDAYS = range(1, 8)


def default_thresholds() -> list[int]:
    """Return the shares of a window, in percent, at which its owner is warned."""
    return list(DEFAULT_THRESHOLDS)


class Severity(models.TextChoices):
    """How much is at stake; S1 is the most severe."""

    S1 = "s1", _("Critical")
    S2 = "s2", _("High")
    S3 = "s3", _("Medium")
    S4 = "s4", _("Low")


class Calendar(TenantModel):
    """When a vendor works, by name. Its hours are in its versions."""

    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="calendar_name_per_tenant")
        ]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(TenantModel):
    """The hours of a calendar as they stood; never changed, so that a clock can pin them.

    `rules` is the JSON form of `ladder.worktime.Rules`.
    """

    calendar = TenantForeignKey(Calendar, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "calendar", "number"], name="calendar_version_number"
            )
        ]


class RegionCalendar(TenantModel):
    """The calendar of a region: used where a ladder has none of its own."""

    region = TenantForeignKey(Region, models.CASCADE)
    calendar = TenantForeignKey(Calendar)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "region"], name="one_calendar_per_region")
        ]


class Programme(TenantModel):
    """A tenant's partner programme: its default calendar and its habits."""

    name = models.CharField(_("name"), max_length=120)
    calendar = TenantForeignKey(Calendar)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    close_after_days = models.PositiveSmallIntegerField(_("days until closed"), default=10)
    pause_cap_days = models.PositiveSmallIntegerField(
        _("business days a case may stand still"), default=10, db_default=10
    )
    floor_window = models.CharField(
        _("least time after a change of target"), max_length=20, default="PT1H", db_default="PT1H"
    )
    # After each update that the parties read; empty where none is owed.
    update_window = models.CharField(
        _("time until the next update"), max_length=20, blank=True, default="P5D", db_default="P5D"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_programme_per_tenant")]


class Ladder(TenantModel):
    """An ordered set of levels of authority that a case climbs."""

    name = models.CharField(_("name"), max_length=80)
    calendar = TenantForeignKey(Calendar, null=True, blank=True)
    total_window = models.CharField(_("total window"), max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="ladder_name_per_tenant")
        ]

    def __str__(self) -> str:
        return self.name


class Level(TenantModel):
    """One rung: who answers, by when, and how much they may concede. Windows are ISO 8601.

    Where it is `urgent`, reminders of what waits there are mailed outside working hours too.
    """

    ladder = TenantForeignKey(Ladder, models.CASCADE, related_name="levels")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=80)
    responsibilities = models.TextField(_("responsibilities"), blank=True)
    response_window = models.CharField(_("response window"), max_length=20)
    decision_window = models.CharField(_("decision window"), max_length=20)
    veto_window = models.CharField(_("veto window"), max_length=20, default="PT4H")
    thresholds = ArrayField(models.PositiveSmallIntegerField(), default=default_thresholds)
    concessions_only = models.BooleanField(_("for concessions only"), default=False)
    urgent = models.BooleanField(_("urgent"), default=False, db_default=False)
    authority_amount = models.DecimalField(
        _("limit"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    authority_quarter = models.DecimalField(
        _("limit per partner and quarter"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    authority_currency = models.CharField(_("currency"), max_length=3, default="EUR")
    authority_kinds = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "ladder", "position"], name="level_position_per_ladder"
            ),
            models.CheckConstraint(
                condition=models.Q(position__gte=1), name="levels_count_from_one"
            ),
            models.CheckConstraint(
                condition=models.Q(authority_amount__isnull=True)
                | models.Q(authority_amount__gte=Decimal(0)),
                name="limit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Seat(TenantModel):
    """Who holds a level, for which region and category. The lowest rank that is there owns."""

    level = TenantForeignKey(Level, models.CASCADE, related_name="seats")
    user = MemberForeignKey()
    backup = MemberForeignKey(null=True, blank=True)
    region = TenantForeignKey(Region, null=True, blank=True)
    category = TenantForeignKey("ladder.Category", null=True, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)
    provisional = models.BooleanField(_("assign people"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "level", "region", "category", "rank"],
                name="one_seat_per_rank",
                nulls_distinct=False,
            )
        ]


class Absence(TenantModel):
    """When a person is away, and who stands in for them meanwhile.

    From `starts_at` on, until `ends_at` or, without one, until somebody ends it; `ended_at` is an
    end before its time. With `weekdays` (1 is Monday) it is only those whole local days of `zone`.
    Without a `delegate` the backups of the person's seats stand in. Nothing but its end is ever
    changed: what was done on somebody's behalf keeps its reason.
    """

    person = MemberForeignKey(db_index=False)
    delegate = MemberForeignKey(null=True, blank=True, db_index=False)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)
    zone = models.CharField(_("time zone"), max_length=64)
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = MemberForeignKey(null=True, db_index=False)
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="absence_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(delegate__isnull=True) | ~models.Q(delegate=models.F("person")),
                name="nobody_stands_in_for_themselves",
            ),
            models.CheckConstraint(
                condition=models.Q(weekdays__contained_by=list(WEEKDAYS)),
                name="absence_on_known_weekdays",
            ),
        ]
        indexes = [
            # Who is away now, by when each is over, planned or early: read with every resolution of
            # who holds a level, by the sweep, and by the rule of who sees a restricted case.
            models.Index("tenant", Least("ends_at", "ended_at"), name="absence_by_end"),
            # A person's own list, the latest first.
            models.Index(fields=["tenant", "person", "-starts_at"], name="absences_of_person"),
        ]


class CategoryClass(models.TextChoices):
    """Administrative friction and strategic conflict are different from the first click."""

    ADMINISTRATIVE = "administrative", _("Administrative")
    STRATEGIC = "strategic", _("Strategic")


class Category(TenantModel):
    """A kind of dispute: what to ask for, what counts as evidence, where it starts.

    `fields` is the intake template: a list of `{"name", "label", "type", "required", "private",
    "choices"?}`; type is one of text, money, date, number, choice, yes_no, reference.
    """

    slug = models.SlugField(max_length=60)
    name = models.CharField(_("name"), max_length=120)
    summary = models.CharField(_("in one line"), max_length=200, blank=True)
    category_class = models.CharField(max_length=14, choices=CategoryClass.choices)
    confidentiality = models.CharField(max_length=10, default="normal")
    fields = models.JSONField(default=list)
    evidence = models.JSONField(default=list)
    rule_of_thumb = models.TextField(blank=True)
    never_share = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "name")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="category_slug_per_tenant")
        ]

    def __str__(self) -> str:
        return self.name


class Route(TenantModel):
    """One line of the matrix: the first that matches a case says where and how it starts.

    An empty condition matches everything. `windows` overrides the ladder's, step by step from the
    starting level: `{"total"?, "veto"?, "steps": [{"response"?, "decision"?}, …]}`. A line that
    was replaced is retired, not deleted: cases point at the line they took.
    """

    position = models.PositiveIntegerField()
    category = TenantForeignKey(Category, null=True, blank=True)
    severity = models.CharField(max_length=2, choices=Severity.choices, null=True, blank=True)
    region = TenantForeignKey(Region, null=True, blank=True)
    tier = TenantForeignKey(Tier, null=True, blank=True)
    ladder = TenantForeignKey(Ladder)
    start_position = models.PositiveSmallIntegerField(default=1)
    windows = models.JSONField(default=dict)
    owner = MemberForeignKey(null=True, blank=True)
    backup = MemberForeignKey(null=True, blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "position"],
                condition=models.Q(retired_at__isnull=True),
                name="route_position",
            )
        ]


class ExchangeRate(TenantModel):
    """What one unit of a currency is worth in the programme's currency, from a day on.

    Never changed: a rate of a later day supersedes it.
    """

    currency = models.CharField(_("currency"), max_length=3)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)
    valid_from = models.DateField(_("valid from"))
    created_by = MemberForeignKey(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("currency", "-valid_from")
        constraints = [
            # Also how the rate of a day is found.
            models.UniqueConstraint(
                fields=["tenant", "currency", "valid_from"], name="one_rate_per_day"
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_above_zero"),
        ]
