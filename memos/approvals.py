"""What waits for a member to decide, and what they decided last."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, UUIDField
from django.db.models.expressions import RawSQL

from cases.access import visible_cases
from cases.asking import Matter, taken_over
from cases.models import OPEN, Case, Clock, ClockKind, Confidentiality
from cases.queries import holders_of
from cases.rules import level_rules
from ladder.absence import Absences
from ladder.authority import Rate, Rung, cumulative, in_currency
from ladder.models import Level, Seat
from ladder.queries import (
    absences_at,
    acted_for_by,
    acts_for,
    levels_of_all,
    programme,
    rates_on,
    rungs,
    seats_of,
)
from ladder.seats import Holder, SeatFacts
from memos.concession_access import Acting, Capacity, capacities
from memos.models import Concession, Decision
from tenants.models import Membership

MOST_SHOWN = 50
MOST_COUNTED = 99
LAST_DECISIONS = 5
PEOPLE: "ArrayField[list[UUID], list[UUID]]" = ArrayField(UUIDField())


def waiting_for(member: Membership) -> QuerySet[Clock]:
    """Return the clocks of concessions that a member is asked to decide, or backs up or stands in
    for who is: not those that have gone on to a higher level.

    The clock says whom it was put to. Who has lost the seat since is asked no more; then everybody
    is who has one on that level now. Nobody is asked what they, or somebody for whom they stand in,
    have asked for.
    """
    people = acts_for(member.user_id)
    own = Seat.objects.filter(Q(user_id__in=people) | Q(backup_id__in=people))
    # Read at once: most people have no seat, and nothing more is looked for.
    ladders = set(own.exclude(level__authority_kinds=[]).values_list("level__ladder_id", flat=True))
    if not ladders:
        return Clock.objects.none()
    approvals = Clock.objects.filter(kind=ClockKind.APPROVAL)
    later = approvals.filter(subject=OuterRef("subject"), anchor__gt=OuterRef("anchor"))
    unanswered = approvals.filter(met_at=None, ended_at=None).exclude(Exists(later))
    here = unanswered.filter(owner__isnull=False, level__ladder_id__in=ladders)
    theirs = RawSQL("ARRAY(SELECT parley_acts_for(%s))", [member.user_id])
    mine = here.filter(_asks(member)).exclude(barred__overlap=theirs)
    seen = visible_cases(member).filter(status__in=OPEN)
    return mine.filter(case__in=seen).order_by("due_at", "id")


def _asks(member: Membership) -> Q:
    """Return the condition under which a clock asks a member: named, and still with a seat for it;
    or with a seat on its level, where that is the one it named, or that one is gone. A seat is also
    that of whom they stand in for."""
    people = acts_for(member.user_id)
    theirs = _fitting().filter(Q(user_id__in=people) | Q(backup_id__in=people))
    known = theirs.annotate(barred=ExpressionWrapper(OuterRef("barred"), PEOPLE))
    free = known.exclude(Q(barred__contains=[F("user_id")]))
    from_here = free.filter(level__position__gte=OuterRef("level__position"))
    here = free.filter(level_id=OuterRef("level_id"))
    named = (
        Q(user_id=OuterRef("owner_id"))
        | Q(backup_id=OuterRef("owner_id"))
        | Q(user_id=OuterRef("on_behalf_of_id"))
    )
    left = ~Exists(_fitting().filter(named, level_id=OuterRef("level_id"))) | ~Exists(
        Membership.objects.filter(
            user_id=OuterRef("owner_id"), is_active=True, user__is_active=True
        )
    )
    return (
        _names(people) & Q(Exists(from_here))
        | Q(Exists(here.filter(named)))
        | Q(Exists(here)) & Q(left)
    )


def _names(people: RawSQL) -> Q:
    """Return the condition under which a clock names one of some people."""
    return Q(owner_id__in=people) | Q(backup_id__in=people) | Q(on_behalf_of_id__in=people)


def _fitting() -> QuerySet[Seat]:
    """Return the seats that fit the case of a clock, on levels that may concede anything."""
    seats = Seat.objects.filter(
        Q(region_id=None) | Q(region_id=OuterRef("case__region_id")),
        Q(category_id=None) | Q(category_id=OuterRef("case__category_id")),
        level__ladder_id=OuterRef("level__ladder_id"),
    )
    return seats.exclude(level__authority_kinds=[])


def count_waiting(member: Membership) -> int:
    """Return how many concessions wait for a member, up to a bound."""
    return waiting_for(member)[: MOST_COUNTED + 1].count()


class Asked(NamedTuple):
    """A concession that waits, and the clock it waits under."""

    concession: Concession
    clock: Clock


def asked_of(member: Membership) -> list[Asked]:
    """Return what waits for a member, by what is due first."""
    related = (
        *("level", "owner", "backup", "on_behalf_of"),
        *("case__owner", "case__category", "case__level"),
    )
    clocks = list(waiting_for(member).select_related(*related)[:MOST_SHOWN])
    subjects = [clock.subject for clock in clocks if clock.subject]
    found = Concession.objects.filter(pk__in=subjects).select_related(
        "partner__tier", "requested_by", "requested_for"
    )
    by_id = {concession.pk: concession for concession in found}
    asked = []
    for clock in clocks:
        if clock.subject in by_id:
            by_id[clock.subject].case = clock.case
            asked.append(Asked(by_id[clock.subject], clock))
    return asked


def last_decisions(member: Membership) -> list[Decision]:
    """Return what a member decided last, or others in their place, as far as they see the case."""
    theirs = Q(by_id=member.user_id) | Q(on_behalf_of_id=member.user_id)
    decisions = Decision.objects.filter(theirs, concession__case__in=visible_cases(member))
    related = ("concession__case", "concession__partner", "by", "on_behalf_of", "level")
    return list(decisions.select_related(*related).order_by("-at", "-id")[:LAST_DECISIONS])


class Policy:
    """What the ladders of some cases say of concessions at an instant, by the rates of a day; as
    many queries for fifty cases as for one."""

    def __init__(self, cases: list[Case], day: date, at: datetime, member: Membership) -> None:
        self.day = day
        self.acting = Acting(member.user_id, acted_for_by(member.user_id))
        self.absences: Absences = absences_at(at)
        self.currency: str = programme().currency
        self.rates: list[Rate] = rates_on(day)
        self.levels: dict[UUID, list[Level]] = levels_of_all({case.ladder_id for case in cases})
        every = [level.pk for levels in self.levels.values() for level in levels]
        self.seats: dict[UUID, list[SeatFacts]] = seats_of(every)
        confidential = [c for c in cases if c.confidentiality != Confidentiality.NORMAL]
        self.holders: dict[UUID, Holder] = holders_of(confidential)

    def capacity(self, clock: Clock) -> Capacity | None:
        """Return by whose authority the member answers a clock."""
        levels = self.levels[clock.case.ladder_id]
        seated = [(level, seat) for level in levels for seat in self.seats.get(level.pk, ())]
        held = capacities(clock.case, clock, set(clock.barred), seated, self.acting)
        return held[0] if held else None

    def authority(self, clock: Clock) -> Rung | None:
        """Return what the level that was asked may concede, in the programme's currency."""
        levels = self.levels[clock.case.ladder_id]
        able = cumulative(in_currency(rungs(levels), self.currency, self.rates, self.day))
        return next((rung for rung in able if rung.level_id == clock.level_id), None)

    def next_decider(self, clock: Clock) -> tuple[Level, Holder] | None:
        """Return where a request goes if its clock is missed, by the rule of the sweep: the next
        level that may concede, held by somebody who did not ask; None where there is none."""
        assert clock.level is not None  # noqa: S101 - every approval is asked of a level
        case, position = clock.case, clock.level.position
        levels = self.levels[case.ladder_id]
        above = {level.pk: level for level in levels if level.position > position}
        place = (case.region_id, case.category_id)
        matter = Matter(*place, clock.barred, absences=self.absences)
        if case.confidentiality != Confidentiality.NORMAL:
            matter = matter.known_to(case.level.position, self.holders.get(case.pk, Holder()))
        found = taken_over(map(level_rules, above.values()), self.seats, matter)
        return (above[found[0].id], found[1]) if found else None
