"""Pages of the policy. They only read."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy
from django.views.decorators.http import require_GET

from ladder.absence import Absences
from ladder.durations import describe, parse_window
from ladder.hours import week_words
from ladder.kinds import kind_words
from ladder.models import Calendar, Ladder, Level, Programme, Route, Seat
from ladder.money import amount_text
from ladder.queries import absences_at, matrix, programme
from tenants.errors import NotAllowed
from tenants.middleware import ScopedRequest
from tenants.models import Role, User

READS = (Role.ADMIN, Role.STAFF, Role.AUDITOR)


@require_GET
def policy(request: ScopedRequest, slug: str) -> HttpResponse:
    """Who decides what, within which time."""
    if request.membership.role not in READS:
        raise NotAllowed(_("Only staff and auditors see the rules."))
    ladders = Ladder.objects.select_related("calendar").order_by("name")
    levels = list(Level.objects.order_by("ladder_id", "position"))
    seats = list(
        Seat.objects.select_related("user", "backup", "region", "category").order_by("rank")
    )
    away = away_words(absences_at(timezone.now()))
    context = {
        "ladders": [ladder_card(ladder, levels, seats, away) for ladder in ladders],
        "habits": habits(programme()),
        "routes": [route_line(route) for route in routes()],
        "calendars": [calendar_line(calendar) for calendar in calendars()],
        "warnings": warnings(seats),
        "rates_url": reverse("rates", args=[slug]),
        "away_url": reverse("absences", args=[slug]),
        "may_rebase": request.membership.role == Role.ADMIN,
    }
    return render(request, "policy.html", context)


def habits(found: Programme) -> list[tuple[str, str]]:
    """Return what holds for every case of the programme, whatever its ladder."""
    days = ngettext_lazy("%(n)s day", "%(n)s days", "n")
    business = ngettext_lazy("%(n)s business day", "%(n)s business days", "n")
    owed = found.update_window
    update = describe(parse_window(owed)) if owed else _("none is owed")
    return [
        (_("A resolved case is closed after"), days % {"n": found.close_after_days}),
        (_("A case stands still at most"), business % {"n": found.pause_cap_days}),
        (
            _("After a change of severity a window has at least"),
            describe(parse_window(found.floor_window)),
        ),
        (_("After an update the next one is owed within"), update),
    ]


def away_words(absences: Absences) -> dict[UUID, str]:
    """Return for everybody who is away who stands in, in words."""
    stand_ins = {person: absences.stand_in(person) for person in absences.named}
    ids = [one for one in stand_ins.values() if one]
    names = dict(User.objects.filter(pk__in=ids).values_list("id", "name")) if ids else {}
    said = _("away, %(name)s stands in")
    return {
        person: said % {"name": names[one]} if one else _("away")
        for person, one in stand_ins.items()
    }


def warnings(seats: list[Seat]) -> list[str]:
    """Return what an admin should see first."""
    provisional = sum(seat.provisional for seat in seats)
    if not provisional:
        return []
    text = ngettext(
        "%(n)s seat is held by the admin for now. Assign people.",
        "%(n)s seats are held by the admin for now. Assign people.",
        provisional,
    )
    return [text % {"n": provisional}]


def window_words(text: str) -> str:
    """Return a window in words."""
    return describe(parse_window(text)) if text else ""


def ladder_card(
    ladder: Ladder, levels: list[Level], seats: list[Seat], away: dict[UUID, str]
) -> dict[str, Any]:
    """Return a ladder with its levels and who sits there."""
    return {
        "id": ladder.pk,
        "name": ladder.name,
        "calendar_name": ladder.calendar.name if ladder.calendar else _("the region's calendar"),
        "total_label": window_words(ladder.total_window),
        "levels": [
            level_card(level, [seat for seat in seats if seat.level_id == level.pk], away)
            for level in levels
            if level.ladder_id == ladder.pk
        ],
    }


def level_card(level: Level, seats: list[Seat], away: dict[UUID, str]) -> dict[str, Any]:
    """Return one level."""
    words = {
        "response": window_words(level.response_window),
        "decision": window_words(level.decision_window),
    }
    return {
        "position": level.position,
        "name": level.name,
        "concessions_only": level.concessions_only,
        "urgent": level.urgent,
        "windows_label": _("Answers in %(response)s, decides in %(decision)s") % words,
        "authority_label": authority_words(level),
        "kinds": [kind_words(kind) for kind in level.authority_kinds],
        "seats": [seat_line(seat, away.get(seat.user_id, "")) for seat in seats],
    }


def authority_words(level: Level) -> str:
    """Return how much a level may concede."""
    if not level.authority_kinds:
        return _("Concedes nothing")
    if level.authority_amount is None:
        return _("Any amount")
    amount = amount_text(level.authority_amount, level.authority_currency)
    return _("Up to %(amount)s") % {"amount": amount}


def seat_line(seat: Seat, away: str) -> dict[str, Any]:
    """Return who sits on a level, for what, and that they are away where they are."""
    scope = [part.name for part in (seat.region, seat.category) if part]
    return {
        "name": seat.user.name,
        "backup_name": seat.backup.name if seat.backup else "",
        "scope_label": ", ".join(scope) or _("everything"),
        "flagged": seat.provisional,
        "away": away,
    }


def routes() -> list[Route]:
    """Return the matrix in the order it is read."""
    related = ("category", "region", "tier", "ladder")
    return list(matrix().select_related(*related))


def route_line(route: Route) -> dict[str, Any]:
    """Return a line of the matrix in words."""
    return {
        "position": route.position,
        "category": route.category.name if route.category else "",
        "severity": route.get_severity_display() if route.severity else "",
        "region": route.region.name if route.region else "",
        "tier": route.tier.name if route.tier else "",
        "ladder": route.ladder.name,
        "start": _("level %(n)s") % {"n": route.start_position},
        "windows_label": route_windows(route),
    }


def route_windows(route: Route) -> str:
    """Return the windows of a route's steps, first to last."""
    steps = [
        " / ".join(window_words(step[k]) for k in ("response", "decision") if step.get(k))
        for step in route.windows.get("steps", [])
    ]
    total = window_words(route.windows.get("total", ""))
    parts = [*steps, _("total %(total)s") % {"total": total}] if total else steps
    return "; ".join(parts) or _("the levels' own")


def calendars() -> list[Calendar]:
    """Return the calendars with their versions."""
    return list(Calendar.objects.prefetch_related("versions").order_by("name"))


def calendar_line(calendar: Calendar) -> dict[str, Any]:
    """Return a calendar in words."""
    rules = max(calendar.versions.all(), key=lambda version: version.number).rules
    exceptions = len(rules.get("exceptions", {})) + len(rules.get("holidays", []))
    return {
        "id": calendar.pk,
        "name": calendar.name,
        "timezone": rules["timezone"],
        "week_label": week_words(rules["weekly"]),
        "exceptions_count": exceptions,
    }
