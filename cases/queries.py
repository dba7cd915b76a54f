"""Reads of cases: lists by keyset, what changed, and finding a case again."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, IntegerField, Q, QuerySet, Subquery

from cases import paging
from cases.access import grants_in_force, orphaned, visible_cases
from cases.models import (
    ENDED,
    OPEN,
    ROLE_ORDER,
    Assignment,
    Case,
    CaseGrant,
    Clock,
    ClockKind,
    Message,
    Party,
    PartyRole,
    Result,
)
from cases.paging import Page, Place, beyond, bounded, paged
from journal.models import Event
from ladder.models import Level, Seat
from ladder.queries import absences_at, acted_for_by
from ladder.seats import Holder
from partners.models import Partner
from tenants.models import Membership, User

MOST_PARTNERS = 100
# What `parley_cases_with_words` returns at most.
MOST_WITH_WORDS = 500
LONGEST_SEARCH = 200
SHORTEST_BEGINNING = 3
NUMBER = re.compile(r"(?:ESC|M)-\d{4}-\d+", re.IGNORECASE)
VIEWS = ("mine", "in_place", "all", "handed", "ended")


def listed(member: Membership, view: str) -> QuerySet[Case]:
    """Return the cases of one of the inbox's views."""
    return _of_view(visible_cases(member), member, view)


def _of_view(cases: QuerySet[Case], member: Membership, view: str) -> QuerySet[Case]:
    if view == "ended":
        return cases.filter(status__in=ENDED)
    cases = cases.filter(status__in=OPEN)
    if view == "mine":
        return cases.filter(owner_id=member.user_id)
    if view == "in_place":
        # Read first: with their names at hand the database knows how few cases they hold.
        others = acted_for_by(member.user_id) - {member.user_id}
        return cases.filter(owner_id__in=others)
    if view == "handed":
        before = Q(owner_id=member.user_id, ended_at__isnull=False)
        turns = Assignment.objects.filter(before | Q(on_behalf_of_id=member.user_id))
        return cases.filter(pk__in=turns.values("case_id")).exclude(owner_id=member.user_id)
    return cases


def count_mine(member: Membership) -> int:
    """Return how many open cases wait for a member, up to a bound."""
    return bounded(listed(member, "mine"))


class Counted(Subquery):
    """How many rows another query has, as a column of one."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def count_views(member: Membership) -> dict[str, int]:
    """Return how many cases each of the inbox's views holds, up to a bound, in one query and one
    for whom the member stands in."""
    visible = visible_cases(member)
    lists = [
        _of_view(visible, member, view)[: paging.MOST_COUNTED + 1].values("pk") for view in VIEWS
    ]
    counts = Membership.objects.filter(pk=member.pk).values_list(*map(Counted, lists))
    return dict(zip(VIEWS, counts.get(), strict=True))


def page_of(cases: QuerySet[Case], view: str, place: Place | None) -> Page[Case]:
    """Return a page of one of the inbox's views."""
    key, latest_first = ("updated_at", True) if view == "ended" else ("due_at", False)
    related = cases.select_related("owner", "level").defer("search", "description")
    return paged(related, key, place, latest_first=latest_first)


def with_filter(cases: QuerySet[Case], view: str, text: str) -> tuple[QuerySet[Case], bool]:
    """Return the cases of a view that contain the words somebody filters by, and whether so many do
    that not all were looked at."""
    if not text:
        return cases, False
    ids = with_words(text, ended=view == "ended")
    return cases.filter(pk__in=ids), len(ids) == MOST_WITH_WORDS


def changed_since(member: Membership, view: str, since: datetime, text: str = "") -> int:
    """Return how many cases of a view, with the words it is filtered by, changed since its page was
    made."""
    cases, _cut = with_filter(listed(member, view), view, text)
    return bounded(cases.filter(updated_at__gt=since))


def party_names(cases: Iterable[Case]) -> dict[UUID, list[str]]:
    """Return the names of the partners in each case, the complainant first."""
    found = Party.objects.filter(case_id__in=[case.pk for case in cases])
    names: dict[UUID, list[tuple[int, str]]] = defaultdict(list)
    for case_id, role, name in found.values_list("case_id", "role", "partner__name"):
        names[case_id].append((ROLE_ORDER[role], name))
    return {case_id: [name for _, name in sorted(pairs)] for case_id, pairs in names.items()}


def level_counts(cases: Iterable[Case]) -> dict[UUID, int]:
    """Return how many levels the ladder of each case can climb."""
    ladders = {case.ladder_id for case in cases}
    found = Level.objects.filter(ladder_id__in=ladders, concessions_only=False)
    return dict(found.order_by().values_list("ladder_id").annotate(Count("id")))


def search(member: Membership, text: str) -> list[Case]:
    """Find cases by number, deal, external id, partner or words; the last changed first, and one
    more than a page shows where there are more.

    Each way of finding is a query of its own with an index of its own, and bounded.
    """
    text = plain_words(text)
    if not text:
        return []
    partners = Partner.objects.filter(name__icontains=text)[:MOST_PARTNERS].values_list("id")
    ways = (
        Q(number=text.upper()),
        Q(external_id=text),
        Q(pk__in=with_words(text)),
        Q(parties__partner_id__in=[row[0] for row in partners]),
    )
    ids = {pk for way in ways for pk in _last_changed(visible_cases(member).filter(way))}
    related = Case.objects.filter(pk__in=ids).select_related("owner", "level")
    ordered = related.defer("search", "description").order_by("-updated_at", "-id")
    return list(ordered[: paging.PAGE + 1])


def _last_changed(cases: QuerySet[Case]) -> list[UUID]:
    found = cases.order_by("-updated_at", "-id").values_list("id", flat=True)
    return list(found[: paging.PAGE + 1])


def plain_words(text: str) -> str:
    """Return what somebody typed as words with one space between, cut to a length."""
    return " ".join(text.replace("\x00", " ").split())[:LONGEST_SEARCH].strip()


def with_words(text: str, *, ended: bool | None = None) -> list[UUID]:
    """Return the ids of the tenant's cases that contain all the words, the last one also as a
    beginning: the last changed `MOST_WITH_WORDS` of those that have ended, of those that have
    not, or of all (None). What a member sees of them is the caller's question."""
    query = query_of(text)
    if not query:
        return []
    call = "SELECT parley_cases_with_words(to_tsquery('simple', %s), %s)"
    with connection.cursor() as cursor:
        cursor.execute(call, [query, ended])
        return [row[0] for row in cursor.fetchall()]


def query_of(text: str) -> str:
    """Return all the words as a query of the `simple` configuration, the last one also as a
    beginning; an empty text where there are none."""
    words = plain_words(text).split()
    query = " & ".join("'" + w.replace("'", "''").replace("\\", "\\\\") + "'" for w in words)
    # Two letters begin half of all words, and a number is one number.
    if words and len(words[-1]) >= SHORTEST_BEGINNING and not NUMBER.fullmatch(words[-1]):
        query += ":*"
    return query


def concession_pending(case: Case) -> bool:
    """Whether somebody still has to decide a concession of this case."""
    asked = Clock.objects.filter(case_id=case.pk, cycle=case.cycle, kind=ClockKind.APPROVAL)
    return asked.filter(met_at=None, ended_at=None).exists()


def holders_of(cases: Iterable[Case]) -> dict[UUID, Holder]:
    """Return who holds each case in its current turn, who backs them up, and on whose behalf."""
    turns = [case.assignment_id for case in cases if case.assignment_id]
    found = Assignment.objects.filter(pk__in=turns)
    rows = found.values_list("case_id", "owner_id", "backup_id", "on_behalf_of_id")
    return {case_id: Holder(*people) for case_id, *people in rows}


def clocks_of(case: Case) -> list[Clock]:
    """Return every clock of a case: what runs first, by what is due next, then the past."""
    clocks = Clock.objects.filter(case_id=case.pk).select_related("owner", "on_behalf_of")
    return sorted(clocks, key=lambda c: (c.state != "running", c.due_at, c.kind))


def turns_of(case: Case) -> list[Assignment]:
    """Return the turns of the current cycle, in order."""
    turns = Assignment.objects.filter(case_id=case.pk, cycle=case.cycle)
    return list(turns.select_related("owner", "on_behalf_of").order_by("number"))


def results_of(case: Case) -> list[Result]:
    """Return what earlier cycles of a case came to, the latest first."""
    found = Result.objects.filter(case_id=case.pk).select_related("owner", "level")
    return list(found.order_by("-cycle"))


def parties_with_people(case: Case) -> list[Party]:
    """Return the parties with their partners, the complainant first."""
    parties = Party.objects.filter(case_id=case.pk).select_related("partner__tier")
    return sorted(parties, key=lambda party: (ROLE_ORDER[party.role], party.partner.name))


def complainant_of(case: Case) -> Partner | None:
    """Return the partner that raised the dispute, None where there is none."""
    own = Party.objects.filter(case_id=case.pk, role=PartyRole.COMPLAINANT)
    party = own.select_related("partner__tier").first()
    return party.partner if party else None


def grants_of(case: Case) -> list[CaseGrant]:
    """Return who was let into a restricted case by name, as long as it holds."""
    live = grants_in_force().filter(content_object_id=case.pk)
    return list(live.select_related("user").order_by("expires_at"))


def knowing(case: Case, now: datetime) -> list[User]:
    """Return who answers for a case and so knows of it, by name; who stands in for one of them
    among them."""
    # Where nobody holds it, those on its own level answer for it too.
    left = Case.objects.filter(orphaned(), pk=case.pk).exists()
    from_here = case.level.position + (0 if left else 1)
    people = set(
        Seat.objects.filter(level__position__gte=from_here)
        .filter(
            Q(region_id=None) | Q(region_id=case.region_id),
            Q(category_id=None) | Q(category_id=case.category_id),
            level__ladder_id=case.ladder_id,
        )
        .values_list("user_id", "backup_id")
    )
    ids = {user_id for pair in people for user_id in pair if user_id}
    ids |= holders_of([case])[case.pk].people
    return list(User.objects.filter(pk__in=absences_at(now).with_stand_ins(ids)).order_by("name"))


def contact_names(partner_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the names of the people who speak for each partner."""
    names: dict[UUID, list[str]] = defaultdict(list)
    found = Partner.objects.filter(pk__in=list(partner_ids)).values_list("id", "contacts__user_id")
    pairs = [(partner, user) for partner, user in found if user]
    people = names_of({user for _, user in pairs})
    for partner, user in pairs:
        names[partner].append(people.get(user, ""))
    return names


def names_of(user_ids: Iterable[Any]) -> dict[UUID, str]:
    """Return people's names by id."""
    ids = [user_id for user_id in user_ids if user_id]
    return dict(User.objects.filter(pk__in=ids).values_list("id", "name")) if ids else {}


def timeline(case: Case, before: Place | None) -> tuple[list[Event], dict[UUID, Message]]:
    """Return a page of what happened to a case, the latest first, and the texts that go with it.

    One more event than a page tells that there are older ones.
    """
    events = Event.objects.filter(case_id=case.pk)
    if before is not None:
        events = events.filter(beyond("at", before, down=True))
    found = list(events.order_by("-at", "-id")[: paging.PAGE + 1])
    texts = Message.objects.filter(case_id=case.pk, event_id__in=[e.pk for e in found])
    return found, {m.event_id: m for m in texts.select_related("partner")}
