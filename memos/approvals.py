"""What waits for a member to decide, and what they decided last."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.access import visible_cases
from cases.models import OPEN, Case, Clock, ClockKind
from ladder.authority import Rate, Rung, cumulative, in_currency
from ladder.models import Level
from ladder.queries import levels_of_all, programme, rates_on, rungs, seats_of
from ladder.seats import Holder, SeatFacts, decider
from memos.models import Concession, Decision
from tenants.models import Membership

MOST_SHOWN = 50
MOST_COUNTED = 99
LAST_DECISIONS = 5


def waiting_for(member: Membership) -> QuerySet[Clock]:
    """Return the clocks of concessions that a member is asked to decide, or backs up who is: not
    those that have gone on to a higher level."""
    approvals = Clock.objects.filter(kind=ClockKind.APPROVAL)
    later = approvals.filter(subject=OuterRef("subject"), anchor__gt=OuterRef("anchor"))
    unanswered = approvals.filter(met_at=None, ended_at=None).exclude(Exists(later))
    mine = unanswered.filter(Q(owner_id=member.user_id) | Q(backup_id=member.user_id))
    seen = visible_cases(member).filter(status__in=OPEN)
    return mine.filter(case__in=seen).order_by("due_at", "id")


def count_waiting(member: Membership) -> int:
    """Return how many concessions wait for a member, up to a bound."""
    return waiting_for(member)[: MOST_COUNTED + 1].count()


class Asked(NamedTuple):
    """A concession that waits, and the clock it waits under."""

    concession: Concession
    clock: Clock


def asked_of(member: Membership) -> list[Asked]:
    """Return what waits for a member, by what is due first."""
    related = ("level", "owner", "backup", "case__owner", "case__category", "case__level")
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
    """What the ladders of some cases say of concessions on a day; as many queries for fifty
    cases as for one."""

    def __init__(self, cases: list[Case], day: date) -> None:
        self.day = day
        self.currency: str = programme().currency
        self.rates: list[Rate] = rates_on(day)
        self.levels: dict[UUID, list[Level]] = levels_of_all({case.ladder_id for case in cases})
        every = [level.pk for levels in self.levels.values() for level in levels]
        self.seats: dict[UUID, list[SeatFacts]] = seats_of(every)

    def authority(self, clock: Clock) -> Rung | None:
        """Return what the level that was asked may concede, in the programme's currency."""
        levels = self.levels[clock.case.ladder_id]
        able = cumulative(in_currency(rungs(levels), self.currency, self.rates, self.day))
        return next((rung for rung in able if rung.level_id == clock.level_id), None)

    def next_decider(self, clock: Clock) -> tuple[Level, Holder] | None:
        """Return where a request goes if its clock is missed, by the rule of the sweep: the next
        level that somebody holds who did not ask; None where nobody does."""
        assert clock.level is not None  # noqa: S101 - every approval is asked of a level
        case = clock.case
        for level in self.levels[case.ladder_id]:
            if level.position <= clock.level.position:
                continue
            seats = self.seats.get(level.pk, ())
            held = decider(seats, case.region_id, case.category_id, clock.barred)
            if held.owner_id is not None:
                return level, held
        return None
