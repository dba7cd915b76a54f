"""To whom a concession goes: the lowest level that has the authority, of those that somebody else
than who asks holds."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from cases.access import may_know
from cases.models import Case, Clock, ClockKind
from cases.rules import calendar_of
from ladder.authority import Rung, convert, cumulative, in_currency, lowest
from ladder.money import LARGEST, LARGEST_DIGITS
from ladder.queries import absences_at, levels_of, programme, rates_on, rungs, seats_of
from ladder.seats import Holder, decider
from memos.models import Concession
from memos.terms import Terms
from tenants.errors import Invalid, NotNow


@dataclass(frozen=True, slots=True)
class Way:
    """Where a request goes: the level and who decides there; and what it is worth in the
    programme's currency, None where no rate says so."""

    level_id: UUID
    position: int
    holder: Holder
    value: Decimal | None
    value_currency: str


def day_of(case: Case, at: datetime) -> date:
    """Return the day of an instant where the case's clocks run; rates are kept by day."""
    return at.astimezone(calendar_of(case.calendar_version).zone).date()


def worth(terms: Terms, day: date) -> tuple[Decimal | None, str]:
    """Return the value in the programme's currency, None without a rate, and that currency.
    Raises `Invalid` where it is more than any amount may be."""
    own = programme().currency
    value = _converted(terms, own, day)
    if value is not None and value >= LARGEST:
        said = _("Too large: in %(currency)s it has more than %(n)s digits.")
        raise Invalid({"amount": said % {"currency": own, "n": LARGEST_DIGITS}})
    return value, own


def _converted(terms: Terms, own: str, day: date) -> Decimal | None:
    return convert(terms.amount, terms.currency, own, rates_on(day), day)


def authority(case: Case, day: date) -> list[Rung]:
    """Return the levels that may concede anything, from the lowest, with their limits in the
    programme's currency as it is on a day."""
    levels, own = levels_of(case.ladder_id), programme().currency
    return cumulative(in_currency(rungs(levels), own, rates_on(day), day))


def find_way(case: Case, terms: Terms, barred: Collection[UUID], at: datetime) -> Way:
    """Return where a request goes; `NotNow` where no level may concede it, or nobody else than
    who asks, and who stands in for them, holds one that may."""
    day = day_of(case, at)
    value, own = worth(terms, day)
    able = authority(case, day)
    first = lowest(able, terms.kind, value, terms.percent)
    if first is None:
        raise NotNow(_("No level of this ladder may concede this."))
    able = [rung for rung in able if rung.position >= first.position]
    seats, absences = seats_of(rung.level_id for rung in able), absences_at(at)
    place = (case.region_id, case.category_id)
    for rung in able:
        held = decider(seats.get(rung.level_id, ()), *place, barred, absences)
        if held.owner_id and may_know(case, held.owner_id):
            return Way(rung.level_id, rung.position, held, value, own)
    raise NotNow(
        _("Nobody else holds a level that may decide this. An admin has to assign people.")
    )


def levels_for(case: Case, terms: Terms, at: datetime) -> set[UUID]:
    """Return the levels that may each concede this by itself, by the rates and limits of a
    moment."""
    day = day_of(case, at)
    able = authority(case, day)
    value = _converted(terms, programme().currency, day)
    first = lowest(able, terms.kind, value, terms.percent)
    return {rung.level_id for rung in able if first and rung.position >= first.position}


def last_clocks(concession_ids: Iterable[UUID]) -> dict[UUID, Clock]:
    """Return by concession the clock of who is asked now, or was asked last."""
    clocks = Clock.objects.filter(subject__in=list(concession_ids), kind=ClockKind.APPROVAL)
    latest = clocks.order_by("subject", "-anchor", "-id").distinct("subject")
    found = latest.select_related("owner", "backup", "on_behalf_of", "level", "calendar_version")
    return {clock.subject: clock for clock in found if clock.subject}


def barred_by(concession_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Return by concession who was barred from answering one of its clocks."""
    clocks = Clock.objects.filter(subject__in=list(concession_ids), kind=ClockKind.APPROVAL)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for subject, barred in clocks.values_list("subject", "barred"):
        if subject:
            found[subject].update(barred)
    return found


def barred_from(concession: Concession) -> set[UUID]:
    """Return who may never decide a concession: everybody who asked for it, in any revision, and
    in whose place they asked."""
    return barred_by([concession.pk])[concession.pk] | askers(concession)


def askers(concession: Concession) -> set[UUID]:
    """Return who asked for a concession first, and in whose place."""
    asked = (concession.requested_by_id, concession.requested_for_id)
    return {user_id for user_id in asked if user_id}
