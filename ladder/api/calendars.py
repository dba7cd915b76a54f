"""Calendars, and what a window on one would come to."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ladder.actions import allowed, hold_policy, publish_calendar
from ladder.api.categories import READS, WRITES
from ladder.durations import WindowError, parse_window
from ladder.models import Calendar, CalendarVersion
from ladder.serializers import (
    CalendarInSerializer,
    CalendarPage,
    CalendarSerializer,
    PreviewInSerializer,
    PreviewSerializer,
    RulesSerializer,
)
from ladder.worktime import CalendarError, Rules, Step, compile_rules
from tenants.errors import Invalid
from tenants.rest.description import listed, operation
from tenants.rest.matching import tags_seen
from tenants.rest.operation import Operation, checked, refuse_others
from tenants.rest.paging import PageQuery, answer, page_by_id
from tenants.seen import refuse_stale, tag_of

# Where a program says what the arithmetic calls otherwise.
WHERE = {"anchor": "start", "target_seconds": "window", "target_us": "window"}
FARTHEST = SimpleNamespace(seconds=5_000 * 3600, days=366)
GIVEN: dict[str, Any] = {
    "name": "Berlin",
    "timezone": "Europe/Berlin",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "exceptions": {"2026-12-24": [["09:00", "12:00"]], "2026-12-25": []},
    "holidays": ["2027-01-01"],
}
EXAMPLE = {
    "id": "0199d3a0-6f10-7777-9999-5a3d6c1b2e08",
    "version": 1,
    **GIVEN,
    "weekly": {**GIVEN["weekly"], "sat": [], "sun": []},
}
STEPS = [
    {"from": start, "to": end, "counted_seconds": counted, "why": why}
    for start, end, counted, why in (
        ("2026-12-23T12:00:00Z", "2026-12-23T16:00:00Z", 14400, "open"),
        ("2026-12-23T16:00:00Z", "2026-12-23T23:00:00Z", 0, "closed"),
        ("2026-12-23T23:00:00Z", "2026-12-24T08:00:00Z", 0, "exception"),
        ("2026-12-24T08:00:00Z", "2026-12-24T11:00:00Z", 10800, "open"),
        ("2026-12-24T11:00:00Z", "2026-12-25T23:00:00Z", 0, "exception"),
        ("2026-12-25T23:00:00Z", "2026-12-28T08:00:00Z", 0, "closed"),
        ("2026-12-28T08:00:00Z", "2026-12-28T09:00:00Z", 3600, "open"),
    )
]


class Calendars(Operation):
    """The hours a vendor works."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "POST": WRITES}

    @listed("calendars_list", "The calendars", PageQuery, CalendarPage, EXAMPLE)
    def get(self, request: Request) -> Response:
        """Answer a page of the calendars, each as new clocks pin it."""
        refuse_others(self)
        page = page_by_id(with_versions(), self.asked(PageQuery))
        return Response(answer(request, page, [shape(row) for row in page.rows]))

    @operation(
        "calendars_create",
        "Publish a calendar",
        method="post",
        takes=CalendarInSerializer,
        gives=CalendarSerializer,
        status=201,
        address=False,
        versioned=True,
        example=GIVEN,
        answer=EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Publish a new calendar, as an admin."""
        allowed(self.member)
        given = self.given(CalendarInSerializer)
        hold_policy()
        if Calendar.objects.filter(name=given["name"]).exists():
            raise Invalid({"name": _("There is a calendar of this name already.")})
        version = publish_calendar(given["name"], rules_of(given), by=self.member, at=self.at)
        place = reverse("api-calendar", args=[version.calendar_id], request=request)
        headers = {"ETag": tag_of(version.number), "Location": place}
        return Response(shape_of(version), status=201, headers=headers)


class OneCalendar(Operation):
    """One calendar."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "PUT": WRITES}

    @operation(
        "calendars_retrieve",
        "One calendar",
        gives=CalendarSerializer,
        versioned=True,
        answer=EXAMPLE,
    )
    def get(self, request: Request, calendar_id: UUID) -> Response:
        """Answer a calendar; its `ETag` is its version."""
        refuse_others(self)
        found = calendar(calendar_id)
        return Response(shape(found), headers={"ETag": tag_of(last(found).number)})

    @operation(
        "calendars_update",
        "Publish other hours of a calendar",
        method="put",
        takes=CalendarInSerializer,
        gives=CalendarSerializer,
        tagged=True,
        versioned=True,
        example=GIVEN,
        answer={**EXAMPLE, "version": 2},
    )
    def put(self, request: Request, calendar_id: UUID) -> Response:
        """Publish the next version, as an admin. Running clocks keep theirs."""
        calendar(calendar_id)
        allowed(self.member)
        given = self.given(CalendarInSerializer)
        hold_policy()
        found = calendar(calendar_id)
        if given["name"] != found.name:
            raise Invalid({"name": _("A calendar keeps its name.")})
        refuse_stale(tags_seen(request), tag_of(last(found).number))
        version = publish_calendar(found.name, rules_of(given), by=self.member, at=self.at)
        return Response(shape_of(version), headers={"ETag": tag_of(version.number)})


class CalendarPreview(Operation):
    """What a window on a calendar would come to."""

    scopes: ClassVar[dict[str, str]] = {"POST": READS}

    @operation(
        "calendars_preview",
        "When would a window end?",
        method="post",
        takes=PreviewInSerializer,
        gives=PreviewSerializer,
        address=False,
        example={"calendar": GIVEN, "start": "2026-12-23T13:00:00+01:00", "window": "PT8H"},
        answer={
            "due_at": "2026-12-28T09:00:00Z",
            "target_seconds": 28800,
            "steps": STEPS,
        },
    )
    def post(self, request: Request) -> Response:
        """Answer when a window that starts then is over, and why then. Writes nothing."""
        refuse_others(self)
        given = self.given(PreviewInSerializer)
        return Response(preview(hours_of(given["calendar"]), given))


def with_versions() -> "QuerySet[Calendar]":
    """Return the calendars with their versions; two queries for any number."""
    return Calendar.objects.prefetch_related("versions")


def calendar(calendar_id: UUID) -> Calendar:
    """Return a calendar, or fail as for a missing one."""
    found = with_versions().filter(pk=calendar_id).first()
    if found is None:
        raise Http404
    return found


def last(found: Calendar) -> CalendarVersion:
    """Return the version that new clocks pin."""
    return max(found.versions.all(), key=lambda version: version.number)


def shape(found: Calendar) -> dict[str, Any]:
    """Return a calendar as it is sent."""
    return shape_of(last(found), found.name)


def shape_of(version: CalendarVersion, name: str = "") -> dict[str, Any]:
    """Return a version of a calendar as it is sent."""
    return {
        "id": version.calendar_id,
        "name": name or version.calendar.name,
        "version": version.number,
        **Rules.from_json(version.rules).to_json(),
    }


def rules_of(given: Mapping[str, Any], below: str = "") -> Rules:
    """Return the hours that were given. Raises `Invalid` with the place."""
    try:
        return Rules.from_json({k: v for k, v in given.items() if k != "name"})
    except CalendarError as problem:
        raise Invalid({f"{below}{problem.field}": problem.reason}) from None


def hours_of(given: Any) -> Rules:
    """Return the hours of a calendar that is named by its id, or written out."""
    if isinstance(given, Mapping):
        try:
            return rules_of(checked(RulesSerializer, given), "calendar.")
        except ValidationError as problem:
            raise ValidationError({"calendar": problem.detail}) from None
    try:
        found = with_versions().filter(pk=UUID(str(given))).first()
    except ValueError:
        found = None
    if found is None:
        raise Invalid({"calendar": _("There is none like this.")})
    return Rules.from_json(last(found).rules)


def preview(rules: Rules, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return when a window is over, and the way there. Raises `Invalid`."""
    compiled = compile_rules(rules)
    try:
        pauses = [(p["start"], p["end"]) for p in given.get("pauses", ())]
        window = parse_window(given["window"])
        if window.seconds > FARTHEST.seconds or window.days > FARTHEST.days:
            raise WindowError("window", _("A preview looks 5,000 hours or 366 days ahead at most."))
        target = compiled.target_seconds(given["start"], window)
        due_at = compiled.due_at(given["start"], target, pauses)
        steps = compiled.explain(given["start"], target, pauses, due_at)
    except (CalendarError, WindowError) as problem:
        field = WHERE.get(problem.field, problem.field)
        raise Invalid({field: problem.reason}) from None
    return {"due_at": due_at, "target_seconds": target, "steps": [step(one) for one in steps]}


def step(one: Step) -> dict[str, Any]:
    """Return one stretch of the way."""
    return {
        "from": one.from_,
        "to": one.to,
        "counted_seconds": one.counted_seconds,
        "why": one.why.value,
    }
