"""The pages on which somebody says that they are away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.db.models.functions import Least
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ladder.absence_forms import DAYS, OPEN_ENDED, AbsenceForm, instant
from ladder.absences import NewAbsence, check_absence, end_absence, is_over, record_absence
from ladder.access import absence_for, check_keeps, keeps, visible_absences
from ladder.models import Absence, RegionCalendar, Seat
from ladder.mornings import mornings
from ladder.queries import STANDS_IN, current_version, programme
from ladder.vacancies import Vacancy, vacancies
from ladder.worktime import Rules
from tenants.errors import Invalid, NotAllowed
from tenants.forms import put_on
from tenants.middleware import ScopedRequest
from tenants.models import Membership, Role
from tenants.queries import colleagues

MOST_PAST = 10
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as a page shows it, and which levels the absence in it leaves with nobody. `held`
    says that it was sent and not saved for that alone: sent once more, it is."""

    form: AbsenceForm
    left: list[Vacancy]
    held: bool = False


@require_http_methods(["GET", "POST"])
def absences(request: ScopedRequest, slug: str) -> HttpResponse:
    """Say that somebody is away: oneself, or as an admin anybody; and who is away at all."""
    member, now = request.membership, timezone.now()
    if member.role not in (*STANDS_IN, Role.AUDITOR):
        raise NotAllowed(_("Only who works on cases is missed here."))
    person = whose(request)
    if request.method == "POST":
        check_keeps(person.user_id, member)
        found = sent(request, person, now)
        if isinstance(found, Absence):
            return redirect("absence", slug, found.pk)
        return render(request, "absences.html", page(member, person, found, now), status=422)
    filled = beforehand(person, now) if keeps(person.user_id, member) else None
    return render(request, "absences.html", page(member, person, filled, now))


def whose(request: ScopedRequest) -> Membership:
    """Return who is away: the viewer, unless an admin names somebody."""
    named = request.GET.get("person") or request.POST.get("person")
    if not named or named == str(request.membership.user_id):
        return request.membership
    found = [one for one in colleagues(STANDS_IN) if str(one.user_id) == named]
    if request.membership.role != Role.ADMIN or not found:
        raise Http404
    return found[0]


def form_of(person: Membership, now: datetime, data: Any = None) -> AbsenceForm:
    """Return the form for one person, filled in as an absence mostly is."""
    offered = mornings(hours_of(person.user_id), now)
    others = [one for one in colleagues(STANDS_IN) if one.user_id != person.user_id]
    initial = {
        "starts_at": timezone.localtime(now),
        "until": offered[0].isoformat() if offered else OPEN_ENDED,
        "delegate": usual_delegate(person.user_id, {one.user_id for one in others}),
    }
    return AbsenceForm(data, person=person, mornings=offered, colleagues=others, initial=initial)


def hours_of(user_id: UUID) -> Rules:
    """Return the hours that somebody keeps: those of their seat's region, else the programme's."""
    regions = Seat.objects.filter(user_id=user_id).order_by("rank").values_list("region_id")
    own = RegionCalendar.objects.filter(region_id__in=regions).select_related("calendar").first()
    calendar = own.calendar if own else programme().calendar
    return Rules.from_json(current_version(calendar).rules)


def usual_delegate(user_id: UUID, here: set[UUID]) -> str:
    """Return who backs a person up in their first seat, where that one is there; else nobody."""
    seats = Seat.objects.filter(user_id=user_id).order_by("level__position", "rank", "id")
    backups = seats.values_list("backup_id", flat=True)
    return next((str(one) for one in backups if one in here), "")


def beforehand(person: Membership, now: datetime) -> Filled:
    """Return the form filled in as an absence mostly is, and what has to be known of it before it
    is saved."""
    form = form_of(person, now)
    until, delegate = form.initial["until"], form.initial["delegate"]
    new = NewAbsence(
        person_id=person.user_id,
        starts_at=now,
        delegate_id=UUID(delegate) if delegate else None,
        ends_at=instant(until),
        zone=person.user.timezone,
    )
    left = vacancies(new.facts, now)
    form.initial["warned"] = said(left)
    return Filled(form, left)


def sent(request: ScopedRequest, person: Membership, now: datetime) -> Absence | Filled:
    """Record what was filled in; return the form again where it is wrong, or leaves a level with
    nobody and the page has not said so yet."""
    form = form_of(person, now, request.POST)
    if not form.is_valid():
        return Filled(form, [])
    new = form.absence()
    try:
        check_absence(new, now)
        left = vacancies(new.facts, now)
        if {one.key for one in left} <= set(form.cleaned_data["warned"].split("|")):
            return record_absence(new, by=request.membership, at=now)
    except Invalid as problem:
        put_on(form, problem)
        return Filled(form, [])
    again = request.POST.copy()
    again["warned"] = said(left)
    return Filled(form_of(person, now, again), left, held=True)


def said(left: Iterable[Vacancy]) -> str:
    """Return what a form carries of the levels that its page has named."""
    return "|".join(one.key for one in left)


def page(
    member: Membership, person: Membership, filled: Filled | None, now: datetime
) -> dict[str, Any]:
    """Return what the page shows."""
    return {
        "form": filled.form if filled else None,
        "vacancies": filled.left if filled else [],
        "held_back": filled.held if filled else False,
        "person": person,
        "is_own": person.pk == member.pk,
        "people": colleagues(STANDS_IN) if member.role == Role.ADMIN else [],
        "own": [line(one, member, now) for one in of_person(person, now)],
        "others": [line(one, member, now) for one in away_now(member, now)],
    }


def of_person(person: Membership, now: datetime) -> list[Absence]:
    """Return a person's absences: what is now or to come, then the last that are over."""
    found = Absence.objects.filter(person_id=person.user_id).select_related("person", "delegate")
    rows = list(found.order_by("-starts_at", "-id")[:MOST_SHOWN])
    open_ones = [one for one in reversed(rows) if not is_over(one, now)]
    return open_ones + [one for one in rows if is_over(one, now)][:MOST_PAST]


def away_now(member: Membership, now: datetime) -> Iterable[Absence]:
    """Return the absences of colleagues that have begun and are not over, as far as the member may
    know of them."""
    found = visible_absences(member).annotate(over_at=Least("ends_at", "ended_at"))
    current = found.filter(Q(over_at=None) | Q(over_at__gt=now), starts_at__lte=now)
    others = current.exclude(person_id=member.user_id).select_related("person", "delegate")
    return others.order_by("person__name", "id")[:MOST_SHOWN]


def line(absence: Absence, member: Membership, now: datetime) -> dict[str, Any]:
    """Return an absence as lists show it; the note only to who is away and to admins."""
    slug, mine = member.tenant.slug, keeps(absence.person_id, member)
    over = is_over(absence, now)
    concerns = mine or absence.delegate_id == member.user_id
    return {
        "id": absence.pk,
        "name": absence.person.name,
        "delegate": absence.delegate.name if absence.delegate else "",
        "starts_at": absence.starts_at,
        "ends_at": absence.ends_at,
        "ended_at": absence.ended_at,
        "days": days_words(absence),
        "note": absence.note if mine else "",
        "over": over,
        "begun": absence.starts_at <= now,
        "url": reverse("absence", args=[slug, absence.pk]) if concerns and not over else "",
        "end_url": reverse("absence-end", args=[slug, absence.pk]) if mine and not over else "",
    }


def days_words(absence: Absence) -> str:
    """Return the days of the week on which somebody is away, where that is not every day."""
    names = dict(DAYS)
    days = ", ".join(str(names[day]) for day in absence.weekdays)
    return _("%(days)s (%(zone)s)") % {"days": days, "zone": absence.zone} if days else ""


@require_POST
def end(request: ScopedRequest, slug: str, absence_id: UUID) -> HttpResponse:
    """End an absence now, or call it off."""
    found = absence_for(request.membership, absence_id)
    now = timezone.now()
    end_absence(found, by=request.membership, at=now)
    said = _("The absence has ended. What was handed over stays where it is.")
    if found.starts_at > now:
        said = _("The absence was called off.")
    messages.success(request, said)
    return redirect(f"{reverse('absences', args=[slug])}{query_of(found, request.membership)}")


def query_of(absence: Absence, member: Membership) -> str:
    """Return the rest of the address of the page of whose absence it is."""
    return "" if absence.person_id == member.user_id else f"?person={absence.person_id}"
