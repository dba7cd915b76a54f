"""What programs send and get of the policy."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from ladder.flags import FLAGS
from ladder.models import CategoryClass
from ladder.worktime import Why
from ladder.worktime.rules import DATE, WEEKDAYS
from tenants.rest.description import page_of
from tenants.rest.paging import PageQuery
from tenants.rest.strict import InstantField, QuantityField, StrictSerializer, several

WINDOW = "ISO 8601: business time like PT4H, or business days like P2D."
MOST_LEVELS, MOST_SEATS = 20, 200
# What a program may send of hours: enough for any office, too little to keep a processor busy.
MOST_INTERVALS, MOST_HOLIDAYS, MOST_EXCEPTIONS = 8, 1000, 1000


class TemplateFieldSerializer(serializers.Serializer[Any]):
    """One thing a kind of dispute asks."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    type = serializers.CharField(help_text="text, money, date, number, choice, yes_no, reference")
    required = serializers.BooleanField()  # type: ignore[assignment]
    private = serializers.BooleanField(help_text="Never shown to a partner.")
    choices = serializers.ListField(child=serializers.CharField())


class CategorySerializer(serializers.Serializer[Any]):
    """A kind of dispute."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    summary = serializers.CharField(allow_blank=True)
    category_class = serializers.ChoiceField(CategoryClass.choices)
    confidentiality = serializers.ChoiceField(
        [("normal", "Normal"), ("restricted", "Restricted"), ("sealed", "Sealed")]
    )
    fields = TemplateFieldSerializer(many=True)  # type: ignore[assignment]
    evidence = serializers.ListField(child=serializers.CharField())


CategoryPage = page_of(CategorySerializer, "Category")


class HoursField(serializers.ListField):
    """The open intervals of a day: `[["09:00", "17:00"]]`; an end before its start is the next
    day's, none is closed."""

    def __init__(self, **kwargs: Any) -> None:
        time = serializers.CharField(max_length=8)
        pair = serializers.ListField(child=time, min_length=2, max_length=2)
        super().__init__(child=pair, max_length=MOST_INTERVALS, **kwargs)


class RulesSerializer(StrictSerializer):
    """When a vendor works: weekly hours by weekday (mon to sun), whole days off, and one-off hours
    of single days, which override both."""

    name = serializers.CharField(max_length=80, required=False)
    timezone = serializers.CharField(max_length=64, help_text="IANA, like Europe/Berlin.")
    weekly = serializers.DictField(child=HoursField())
    holidays = serializers.ListField(
        child=serializers.CharField(max_length=10), required=False, max_length=MOST_HOLIDAYS
    )
    exceptions = serializers.DictField(child=HoursField(), required=False)

    def validate_weekly(self, value: dict[str, Any]) -> dict[str, Any]:
        """Refuse days that no week has."""
        said = [f"Weekdays are {', '.join(WEEKDAYS)}."]
        if unknown := {name: said for name in value if name not in WEEKDAYS}:
            raise serializers.ValidationError(unknown)
        return value

    def validate_exceptions(self, value: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no date, and more days than anybody keeps."""
        if len(value) > MOST_EXCEPTIONS:
            raise serializers.ValidationError(f"At most {MOST_EXCEPTIONS:,} days.", "max_length")
        said = ["Dates are written like 2026-12-24."]
        if unknown := {name: said for name in value if not DATE.fullmatch(name)}:
            raise serializers.ValidationError(unknown)
        return value


class CalendarInSerializer(RulesSerializer):
    """A calendar to publish."""

    name = serializers.CharField(max_length=80)


class CalendarSerializer(serializers.Serializer[Any]):
    """A calendar as new clocks pin it. Running clocks keep the version they began with."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    timezone = serializers.CharField()
    weekly = serializers.DictField(child=HoursField())
    holidays = serializers.ListField(child=serializers.DateField())
    exceptions = serializers.DictField(child=HoursField())


CalendarPage = page_of(CalendarSerializer, "Calendar")


class CalendarField(serializers.JSONField):
    """A calendar's id, or its rules."""


class CalendarFieldDescription(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """How that stands in the API's description."""

    target_class = CalendarField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Return the OpenAPI schema."""
        rules = auto_schema.resolve_serializer(RulesSerializer, direction)
        return {"oneOf": [{"type": "string", "format": "uuid"}, rules.ref]}


class PauseSerializer(StrictSerializer):
    """A stretch that does not count."""

    start = InstantField()
    end = InstantField()


class PreviewInSerializer(StrictSerializer):
    """When would a window end that starts then?"""

    calendar = CalendarField()
    start = InstantField()
    window = serializers.CharField(max_length=40, help_text=WINDOW)
    pauses = several(PauseSerializer, 200, required=False)


class PreviewStepSerializer(serializers.Serializer[Any]):
    """A stretch of the way, how much of it counted, and why or why not."""

    to = serializers.DateTimeField()
    counted_seconds = serializers.IntegerField()
    why = serializers.ChoiceField([(why.value, why.value) for why in Why])

    def get_fields(self) -> dict[str, Any]:
        """Add the one whose name Python keeps for itself, first."""
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class PreviewSerializer(serializers.Serializer[Any]):
    """When the window ends, and the way there."""

    due_at = serializers.DateTimeField()
    target_seconds = serializers.IntegerField()
    steps = PreviewStepSerializer(many=True)


class SeatSerializer(StrictSerializer):
    """Who holds a level: e-mails; for which region and category, by slug. The lowest rank that is
    there owns."""

    user = serializers.EmailField()
    backup = serializers.EmailField(required=False, allow_null=True)
    region = serializers.SlugField(max_length=40, required=False, allow_null=True)
    category = serializers.SlugField(max_length=60, required=False, allow_null=True)
    rank = serializers.IntegerField(min_value=1, max_value=1000, required=False)


class AuthoritySerializer(StrictSerializer):
    """How much a level may concede: each, and of which kinds: those of a concession, or
    `price_5_points` for a price of at most 5 percent. An amount of null is no limit."""

    amount = QuantityField(required=False, allow_null=True)
    quarter = QuantityField(
        required=False,
        allow_null=True,
        help_text="Per partner and quarter: kept, and not yet applied to a decision.",
    )
    currency = serializers.RegexField("^[A-Z]{3}$", required=False, help_text="ISO 4217.")
    kinds = serializers.ListField(child=serializers.CharField(max_length=40), required=False)


class LevelSerializer(StrictSerializer):
    """One rung. `holder` and `backup` are e-mails; `seats` says it where several hold it."""

    position = serializers.IntegerField(min_value=1, max_value=MOST_LEVELS, required=False)
    name = serializers.CharField(max_length=80)
    holder = serializers.EmailField(required=False)
    backup = serializers.EmailField(required=False, allow_null=True)
    seats = several(SeatSerializer, MOST_SEATS, required=False)
    response_window = serializers.CharField(max_length=40, help_text=WINDOW)
    decision_window = serializers.CharField(max_length=40, help_text=WINDOW)
    veto_window = serializers.CharField(max_length=40, required=False, help_text=WINDOW)
    thresholds = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=99), required=False, max_length=10
    )
    concessions_only = serializers.BooleanField(required=False)
    urgent = serializers.BooleanField(
        required=False, help_text="Reminders are mailed outside working hours too."
    )
    responsibilities = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    authority = AuthoritySerializer(required=False)


class LadderInSerializer(StrictSerializer):
    """A ladder to publish. Without a calendar the region's hours count."""

    name = serializers.CharField(max_length=80)
    calendar = serializers.UUIDField(required=False, allow_null=True)
    total_window = serializers.CharField(max_length=40, help_text=WINDOW)
    levels = several(LevelSerializer, MOST_LEVELS, min_length=1)


class LadderSerializer(serializers.Serializer[Any]):
    """A ladder, its levels from the lowest. `flags` say what an admin should look at."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    calendar = serializers.UUIDField(allow_null=True)
    total_window = serializers.CharField()
    levels = LevelSerializer(many=True)
    flags = serializers.ListField(child=serializers.ChoiceField(list(FLAGS)))


LadderPage = page_of(LadderSerializer, "Ladder")


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody, by id and name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class AbsencesQuery(PageQuery):
    """Whose absences."""

    person = serializers.UUIDField(required=False)


class AbsenceInSerializer(StrictSerializer):
    """When somebody is away, and who stands in: oneself from now on until it is ended, unless said.
    With `weekdays` only on these whole days of the zone, between the two instants."""

    person = serializers.UUIDField(required=False, help_text="Oneself unless said.")
    delegate = serializers.UUIDField(
        required=False, allow_null=True, help_text="Null: the backups of their seats stand in."
    )
    starts_at = InstantField(required=False, help_text="Now unless said.")
    ends_at = InstantField(
        required=False, allow_null=True, help_text="Null: until somebody ends it."
    )
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(WEEKDAYS), required=False, max_length=len(WEEKDAYS)
    )
    timezone = serializers.CharField(
        max_length=64, required=False, help_text="IANA, like Asia/Riyadh; the person's unless said."
    )
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class AbsenceSerializer(serializers.Serializer[Any]):
    """When somebody is away, and who stands in."""

    id = serializers.UUIDField()
    person = PersonSerializer()
    delegate = PersonSerializer(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    weekdays = serializers.ListField(child=serializers.ChoiceField(WEEKDAYS))
    timezone = serializers.CharField()
    note = serializers.CharField(
        allow_blank=True, help_text="Shown to who is away and to admins; empty for others."
    )
    recorded_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was ended before its time, or called off."
    )


class HeldLevelSerializer(serializers.Serializer[Any]):
    """A level of a ladder."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    name = serializers.CharField()


class VacancySerializer(serializers.Serializer[Any]):
    """A level where nobody would be left, from when on, and for which region and category only."""

    ladder = serializers.CharField()
    level = HeldLevelSerializer()
    region = serializers.CharField(allow_null=True)
    category = serializers.CharField(allow_null=True)
    since = serializers.DateTimeField()


class AbsenceMadeSerializer(AbsenceSerializer):
    """An absence that was just recorded."""

    leaves_empty = VacancySerializer(many=True)


AbsencePage = page_of(AbsenceSerializer, "Absence")
