"""The verbs of absences: recording one, and ending it before its time.

`by` is who acts, None whoever runs the installation; `at` is when.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DataError, transaction
from django.utils.translation import gettext as _

from journal.actions import record, tell
from ladder.absence import AbsenceFacts, loop, turning_points
from ladder.access import check_keeps
from ladder.actions import hold_policy
from ladder.empty_levels import tell_of_empty_levels
from ladder.models import WEEKDAYS, Absence
from ladder.queries import STANDS_IN, absence_facts
from ladder.worktime import CalendarError
from ladder.worktime.rules import load_zone
from tenants import scope
from tenants.errors import Invalid, NotNow
from tenants.ids import uuid7
from tenants.models import Membership, User
from tenants.queries import colleagues

FARTHEST = timedelta(days=3 * 366)
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class NewAbsence:
    """When somebody is away, as they say it."""

    person_id: UUID
    starts_at: datetime
    delegate_id: UUID | None = None
    ends_at: datetime | None = None
    weekdays: tuple[int, ...] = ()
    zone: str = "UTC"
    note: str = ""

    @property
    def facts(self) -> AbsenceFacts:
        """Return it as it would be resolved, had it been recorded just now."""
        when = (self.starts_at, self.ends_at, frozenset(self.weekdays), self.zone)
        return AbsenceFacts(uuid7(), self.person_id, self.delegate_id, *when)


@transaction.atomic
def record_absence(new: NewAbsence, *, by: Membership | None, at: datetime) -> Absence:
    """Say that somebody is away, and who stands in. Both are told. Where it is in force and leaves
    a level with nobody, the admins and the level above are told as well.

    Raises `Invalid` with field and reason, one that would lead back to who is away among them;
    nothing is written then. A level it leaves with nobody is no reason to refuse it (see
    `ladder.vacancies`).
    """
    check_keeps(new.person_id, by)
    # Two who name each other at once wait for each other here.
    hold_policy()
    check_absence(new, at)
    row = Absence(
        tenant_id=scope.tenant_in_force(),
        person_id=new.person_id,
        delegate_id=new.delegate_id,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        weekdays=sorted(set(new.weekdays)),
        zone=new.zone,
        note=new.note.strip(),
        recorded_by_id=by.user_id if by else None,
        recorded_at=at,
    )
    _save_new(row)
    _say("absence.recorded", row, by, at)
    tell_of_empty_levels(at)
    return row


def _save_new(row: Absence) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except DataError as error:
        # The database's own list of zones is what decides who sees a restricted case.
        raise Invalid({"zone": _("The database does not know this time zone.")}) from error


@transaction.atomic
def end_absence(absence: Absence, *, by: Membership | None, at: datetime) -> Absence:
    """End an absence now, or call off one that is still to come."""
    found = Absence.objects.select_for_update().get(pk=absence.pk)
    check_keeps(found.person_id, by)
    if is_over(found, at):
        raise NotNow(_("This absence is over."))
    found.ended_at = at
    found.save(update_fields=["ended_at"], force_update=True)
    # What never began is called off: nobody comes back from it.
    _say("absence.ended", found, by, at, begun=found.starts_at <= at)
    return found


def is_over(absence: Absence, at: datetime) -> bool:
    """Whether an absence has ended, by itself or before its time."""
    planned = absence.ends_at is not None and absence.ends_at <= at
    return absence.ended_at is not None or planned


def check_absence(new: NewAbsence, at: datetime) -> None:
    """Refuse what nobody could keep to, each field with its reason."""
    errors = _wrong_people(new) | _wrong_times(new, at)
    if len(new.note.strip()) > LONGEST_NOTE or "\x00" in new.note:
        errors["note"] = _("At most %(n)s characters of plain text.") % {"n": LONGEST_NOTE}
    if not errors and not turning_points(new.facts, (), at):
        errors["weekdays"] = _("None of these days lies in this time.")
    if not errors and (way := loop(new.facts, absence_facts(at), at)):
        errors["delegate"] = _led_back(new.person_id, way)
    if errors:
        raise Invalid(errors)


def _wrong_people(new: NewAbsence) -> dict[str, str]:
    """Return what is wrong with who is away, and with who stands in."""
    here = {member.user_id for member in colleagues(STANDS_IN)}
    errors = {}
    if new.person_id not in here:
        errors["person"] = _("Choose somebody who works on cases here.")
    if new.delegate_id == new.person_id:
        errors["delegate"] = _("Nobody stands in for themselves: choose a colleague.")
    elif new.delegate_id is not None and new.delegate_id not in here:
        errors["delegate"] = _("Choose a colleague who works on cases here.")
    return errors


def _wrong_times(new: NewAbsence, at: datetime) -> dict[str, str]:
    """Return what is wrong with when it is."""
    errors = {}
    if abs(new.starts_at - at) > FARTHEST:
        errors["starts_at"] = _("At most three years from now.")
    if new.ends_at is not None and new.ends_at <= max(new.starts_at, at):
        errors["ends_at"] = _("Choose an end that is after its beginning, and still to come.")
    elif new.ends_at is not None and new.ends_at - at > 2 * FARTHEST:
        errors["ends_at"] = _("At most six years from now.")
    if not set(new.weekdays) <= set(WEEKDAYS):
        errors["weekdays"] = _("Days of the week count from 1, Monday, to 7, Sunday.")
    try:
        load_zone(new.zone)
    except CalendarError:
        errors["zone"] = _("There is no such time zone.")
    return errors


def _led_back(person_id: UUID, way: list[UUID]) -> str:
    """Return why a delegate cannot stand in: who is away at the same time, and whom they named."""
    names = dict(User.objects.filter(pk__in=[person_id, *way]).values_list("id", "name"))
    pairs = zip(way, [*way[1:], person_id], strict=True)
    said = _("%(name)s is away then too, and has named %(other)s.")
    steps = [said % {"name": names[one], "other": names[other]} for one, other in pairs]
    return " ".join([*steps, _("That leads back: choose somebody else.")])


def facts_of(absence: Absence) -> dict[str, object]:
    """Return what the trail keeps of an absence; the note is told to nobody."""
    return {
        "absence": str(absence.pk),
        "person": str(absence.person_id),
        "delegate": str(absence.delegate_id) if absence.delegate_id else None,
        "starts_at": absence.starts_at.isoformat(),
        "ends_at": absence.ends_at.isoformat() if absence.ends_at else None,
        "weekdays": absence.weekdays,
        "zone": absence.zone,
    }


def _say(kind: str, absence: Absence, by: Membership | None, at: datetime, **more: object) -> None:
    """Record what happened, and tell who is away and who stands in."""
    facts = facts_of(absence) | more
    event = record(kind, at=at, by=by.user_id if by else None, facts=facts)
    tell(event, (absence.person_id, absence.delegate_id), at=at)
