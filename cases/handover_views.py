"""The page of one absence: what is under way, and handing it over to who stands in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases.access import case_for
from cases.handover import hand_over, takes_over
from cases.inflight import InFlight, in_flight
from cases.pages import face_chip
from cases.queries import names_of
from ladder.absence_views import line
from ladder.access import absence_for, keeps
from ladder.models import Absence
from ladder.queries import acted_for_by
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.middleware import ScopedRequest
from tenants.models import Membership


@require_http_methods(["GET", "POST"])
def absence(request: ScopedRequest, slug: str, absence_id: UUID) -> HttpResponse:
    """What somebody who is away has under way, with one button to hand it over: all of it, or what
    is chosen."""
    member, now = request.membership, timezone.now()
    found = absence_for(member, absence_id)
    if not (keeps(found.person_id, member) or found.delegate_id == member.user_id):
        raise NotAllowed(_("Only who is away, who stands in, or an admin sees what is under way."))
    if request.method == "POST":
        handed, kept = hand_over_all(request, found, now)
        say(request, handed, kept)
        return redirect("absence", slug, found.pk)
    return render(request, "absence.html", page(found, member, now))


def hand_over_all(
    request: ScopedRequest, found: Absence, now: datetime
) -> tuple[int, dict[str, str]]:
    """Hand over the chosen cases, one verb each; return how many, and of the others by number why
    they stay. Who hands a restricted case over may not see it afterwards."""
    member, handed, kept = request.membership, 0, {}
    for row in in_flight(found.person_id, member):
        if str(row.case.pk) not in request.POST.getlist("case"):
            continue
        try:
            with transaction.atomic():
                case = case_for(member, row.case.pk)
                hand_over(case, by=member, at=now, absence_id=found.pk)
            handed += 1
        except (NotAllowed, NotNow, Invalid) as problem:
            kept[row.case.number] = str(problem)
    return handed, kept


def say(request: ScopedRequest, handed: int, kept: dict[str, str]) -> None:
    """Tell what was handed over, and what was not."""
    if handed:
        text = ngettext(
            "%(n)s case handed over. It says on whose behalf.",
            "%(n)s cases handed over. Each says on whose behalf.",
            handed,
        )
        messages.success(request, text % {"n": handed})
    for number, reason in kept.items():
        messages.warning(request, f"{number}: {reason}")
    if not handed and not kept:
        messages.info(request, _("Nothing was chosen."))


def page(found: Absence, member: Membership, now: datetime) -> dict[str, Any]:
    """Return what the page shows."""
    rows = in_flight(found.person_id, member)
    to = takes_over(found, now) if may_hand_over(found, member) else None
    return {
        "absence": line(found, member, now),
        "is_own": found.person_id == member.user_id,
        "rows": [shown(row, member, now) for row in rows],
        "to": names_of([to]).get(to, "") if to else "",
        "takes": to == member.user_id,
        "back_url": back_url(found, member),
        "empty": {
            "title": _("Nothing is under way"),
            "text": _("No case, concession or action waits for %(name)s.")
            % {"name": found.person.name},
        },
    }


def may_hand_over(found: Absence, member: Membership) -> bool:
    """Whether a page should offer it: to who is away, to who stands in now, and to admins."""
    mine = keeps(found.person_id, member)
    return mine or found.person_id in acted_for_by(member.user_id)


def back_url(found: Absence, member: Membership) -> str:
    """Return where the list is that an absence stands in."""
    url = reverse("absences", args=[member.tenant.slug])
    return url if found.person_id == member.user_id else f"{url}?person={found.person_id}"


def shown(row: InFlight, member: Membership, now: datetime) -> dict[str, Any]:
    """Return a case in which something waits, and what that is."""
    return {
        "id": row.case.pk,
        "number": row.case.number,
        "title": row.case.title,
        "url": reverse("case", args=[member.tenant.slug, row.case.pk]),
        "clock": face_chip(row.case, now) if row.turn else None,
        "what": ", ".join(what(row)),
    }


def what(row: InFlight) -> Sequence[str]:
    """Return what waits in a case, in words."""
    words = [_("the case itself")] if row.turn else []
    if row.concessions:
        n = row.concessions
        said = ngettext("%(n)s concession to decide", "%(n)s concessions to decide", n)
        words.append(said % {"n": n})
    if row.actions:
        words.append(ngettext("%(n)s action", "%(n)s actions", row.actions) % {"n": row.actions})
    return words
