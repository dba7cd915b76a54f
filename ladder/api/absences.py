"""Absences: who is away, until when, and who stands in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ladder.absences import NewAbsence, check_absence, end_absence, record_absence
from ladder.access import absence_for, check_keeps, keeps, visible_absences
from ladder.api.categories import READS, WRITES
from ladder.models import Absence
from ladder.serializers import (
    AbsenceInSerializer,
    AbsenceMadeSerializer,
    AbsencePage,
    AbsenceSerializer,
    AbsencesQuery,
)
from ladder.vacancies import Vacancy, vacancies
from ladder.worktime.rules import WEEKDAYS
from tenants.errors import Invalid
from tenants.models import Membership, User
from tenants.rest.description import EmptySerializer, operation
from tenants.rest.operation import Operation, refuse_others
from tenants.rest.paging import answer, page_by_id

OMAR = {"id": "0199d3a0-5d7c-7c1e-8b3a-4a2f6d1e9c14", "name": "Omar Haddad"}
GRACE = {"id": "0199d3a0-5d7c-7c1e-8b3a-4a2f6d1e9c13", "name": "Grace Doyle"}
GIVEN: dict[str, Any] = {
    "person": OMAR["id"],
    "delegate": GRACE["id"],
    "starts_at": "2026-11-29T06:00:00Z",
    "ends_at": "2026-12-06T05:00:00Z",
}
EXAMPLE: dict[str, Any] = {
    "id": "0199d3a0-7f00-7777-9999-5a3d6c1b2e09",
    "person": OMAR,
    "delegate": GRACE,
    "starts_at": "2026-11-29T06:00:00Z",
    "ends_at": "2026-12-06T05:00:00Z",
    "weekdays": [],
    "timezone": "Asia/Riyadh",
    "note": "",
    "recorded_at": "2026-11-26T10:12:00Z",
    "ended_at": None,
}


class Absences(Operation):
    """Who is away."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "POST": WRITES}

    @operation(
        "absences_list",
        "Who is away, was, or will be",
        query=AbsencesQuery,
        gives=AbsencePage,
        address=False,
        answer={"results": [EXAMPLE], "next": None, "previous": None},
    )
    def get(self, request: Request) -> Response:
        """Answer a page of the absences, the last recorded first. A note is shown to who is away
        and to admins."""
        refuse_others(self)
        asked = self.asked(AbsencesQuery)
        found = with_people(self.member)
        if "person" in asked:
            found = found.filter(person_id=asked["person"])
        page = page_by_id(found, asked, "-id")
        return Response(answer(request, page, [shape(row, self.member) for row in page.rows]))

    @operation(
        "absences_create",
        "Say that somebody is away",
        method="post",
        takes=AbsenceInSerializer,
        gives=AbsenceMadeSerializer,
        status=201,
        address=False,
        example=GIVEN,
        answer={**EXAMPLE, "leaves_empty": []},
    )
    def post(self, request: Request) -> Response:
        """Record an absence: one's own, or as an admin anybody's. `leaves_empty` names the levels
        where nobody would be left; that is no reason to refuse it."""
        new = new_absence(self.given(AbsenceInSerializer), self.member, self.at)
        check_keeps(new.person_id, self.member)
        left, made = record(new, self.member, self.at)
        place = reverse("api-absence", args=[made.pk], request=request)
        said = {**shape(made, self.member), "leaves_empty": [empty(one) for one in left]}
        return Response(said, status=201, headers={"Location": place})


class OneAbsence(Operation):
    """One absence."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @operation("absences_retrieve", "One absence", gives=AbsenceSerializer, answer=EXAMPLE)
    def get(self, request: Request, absence_id: UUID) -> Response:
        """Answer one absence."""
        refuse_others(self)
        return Response(shape(absence_for(self.member, absence_id), self.member))


class EndAbsence(Operation):
    """The end of an absence before its time."""

    scopes: ClassVar[dict[str, str]] = {"POST": WRITES}

    @operation(
        "absences_end",
        "End an absence now, or call it off",
        method="post",
        takes=EmptySerializer,
        gives=AbsenceSerializer,
        example={},
        answer={**EXAMPLE, "ended_at": "2026-12-02T08:00:00Z"},
    )
    def post(self, request: Request, absence_id: UUID) -> Response:
        """End it, as who is away or as an admin. What was handed over stays where it is."""
        found = absence_for(self.member, absence_id)
        self.given(EmptySerializer)
        end_absence(found, by=self.member, at=self.at)
        return Response(shape(absence_for(self.member, absence_id), self.member))


def with_people(member: Membership) -> "QuerySet[Absence]":
    """Return the absences a member sees, with the people they name."""
    return visible_absences(member).select_related("person", "delegate")


def new_absence(given: Mapping[str, Any], member: Membership, at: datetime) -> NewAbsence:
    """Return what was given, as the verb takes it: oneself, from now on, in one's own zone, unless
    said."""
    person_id = given.get("person", member.user_id)
    zone = given.get("timezone") or zone_of(person_id)
    days = (WEEKDAYS.index(day) + 1 for day in given.get("weekdays", ()))
    return NewAbsence(
        person_id=person_id,
        starts_at=given.get("starts_at", at),
        delegate_id=given.get("delegate"),
        ends_at=given.get("ends_at"),
        weekdays=tuple(days),
        zone=zone,
        note=given.get("note", ""),
    )


def zone_of(user_id: UUID) -> str:
    """Return where a person is; UTC for one who is not known here."""
    zones = User.objects.filter(pk=user_id).values_list("timezone", flat=True)
    return zones.first() or "UTC"


def record(new: NewAbsence, member: Membership, at: datetime) -> tuple[list[Vacancy], Absence]:
    """Record an absence; return what it leaves empty, and the row. What is wrong with it is said by
    the names that programs use."""
    try:
        check_absence(new, at)
        return vacancies(new.facts, at), record_absence(new, by=member, at=at)
    except Invalid as problem:
        names = {"zone": "timezone"}
        raise Invalid({names.get(k, k): v for k, v in problem.errors.items()}) from None


def shape(row: Absence, member: Membership) -> dict[str, Any]:
    """Return an absence as it is sent."""
    return {
        "id": row.pk,
        "person": {"id": row.person_id, "name": row.person.name},
        "delegate": {"id": row.delegate_id, "name": row.delegate.name} if row.delegate else None,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "weekdays": [WEEKDAYS[day - 1] for day in row.weekdays],
        "timezone": row.zone,
        "note": row.note if keeps(row.person_id, member) else "",
        "recorded_at": row.recorded_at,
        "ended_at": row.ended_at,
    }


def empty(one: Vacancy) -> dict[str, Any]:
    """Return a level where nobody would be left."""
    return {
        "ladder": one.ladder,
        "level": {"id": one.level_id, "position": one.position, "name": one.level},
        "region": one.region or None,
        "category": one.category or None,
        "since": one.since,
    }
