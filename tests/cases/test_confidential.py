"""Who knows of a case that not all staff may know of: every list, count, search and notice."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import queries
from cases.access import case_for, visible_cases
from cases.confidential import grant_access, lift, restrict, revoke_access
from cases.models import Case, CaseGrant, Message
from cases.paging import bounded
from cases.queries import grants_of, knowing
from journal.models import Event, Notice
from journal.queries import unread_count
from journal.registry import known, letters
from ladder.models import Category, Level, Seat
from partners.models import Region
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Membership
from tests.cases.verbs import KEEPING, do
from tests.factories import OPENED, World, make_person

pytestmark = pytest.mark.django_db

KNOW = ("tom", "backup", "petra", "deputy", "marianne", "granted")
DO_NOT = ("elsewhere", "otherwise", "expired", "revoked", "colleague", "ines", "pavel", "ruth")
DAY = timedelta(days=1)


@pytest.fixture
def case(world: World) -> Case:
    """Tom's case, restricted; around it, everybody who might know of it."""
    for name in ("backup", "deputy", "granted", "elsewhere", "otherwise", "expired", "revoked"):
        make_person(world, name, "staff")
    make_person(world, "colleague", "staff")
    seats = Seat.objects.filter
    seats(user=world["tom"].user).update(backup=world["backup"].user)
    seats(user=world["petra"].user).update(backup=world["deputy"].user)
    second = Level.objects.get(position=2)
    far = Region.objects.create(tenant=world.tenant, slug="gulf", name="Gulf")
    other = Category.objects.get(slug="territory")
    for name, scope in (("elsewhere", {"region": far}), ("otherwise", {"category": other})):
        Seat.objects.create(
            tenant=world.tenant, level=second, user=world[name].user, rank=5, **scope
        )
    made = world.case(title="Klinikum Isartal", deal_id="OPP-7", external_id="CRM-7")
    restrict(made, by=world["tom"], at=timezone.now(), reason="Names a patient.")
    let_in(world, made, "granted", timezone.now())
    let_in(world, made, "revoked", timezone.now())
    let_in(world, made, "expired", timezone.now() - 2 * DAY)
    former = world["revoked"].user_id
    revoke_access(made, by=world["petra"], at=timezone.now(), user_id=former, reason="Done.")
    return Case.objects.get(pk=made.pk)


def let_in(world: World, case: Case, name: str, at: datetime) -> CaseGrant:
    """Let somebody see a case for a day."""
    return grant_access(
        case,
        by=world["tom"],
        at=at,
        user_id=world[name].user_id,
        until=at + DAY,
        reason="Brings the two together.",
    )


@pytest.mark.parametrize("name", KNOW)
def test_who_has_to_know_sees_it(world: World, case: Case, name: str) -> None:
    assert case_for(world[name], case.pk) == case
    assert list(visible_cases(world[name])) == [case]
    assert bounded(queries.listed(world[name], "all")) == 1
    assert queries.changed_since(world[name], "all", OPENED - 30 * DAY) == 1
    assert queries.search(world[name], "Klinikum") == [case]


@pytest.mark.parametrize("name", DO_NOT)
def test_for_everybody_else_it_does_not_exist(world: World, case: Case, name: str) -> None:
    with pytest.raises(Http404):
        case_for(world[name], case.pk)
    for view in queries.VIEWS:
        assert bounded(queries.listed(world[name], view)) == 0
        assert queries.changed_since(world[name], view, OPENED - 30 * DAY) == 0
    for text in (case.number, "Klinikum", "klin", "OPP-7", "CRM-7", "Alpenwerk"):
        assert queries.search(world[name], text) == []
    assert queries.count_mine(world[name]) == 0


def test_the_parties_still_see_their_own(world: World, case: Case) -> None:
    assert list(visible_cases(world["anna"])) == [case]
    assert list(visible_cases(world["marc"])) == []


def test_a_grant_ends_by_itself(world: World, case: Case) -> None:
    grant = CaseGrant.objects.get(user=world["granted"].user)
    assert {g.user_id for g in grants_of(case)} == {world["granted"].user_id}
    now = timezone.now()
    CaseGrant.objects.filter(pk=grant.pk).update(granted_at=now - DAY, expires_at=now)
    assert grants_of(case) == []
    assert list(visible_cases(world["granted"])) == []


def test_a_grant_is_no_right_to_let_others_in(world: World, case: Case) -> None:
    for verb in KEEPING:
        with pytest.raises(NotAllowed):
            do(world, verb, case, by="granted")
    do(world, "add_message", case, by="granted", audience="internal")


def test_granting_again_renews_and_revives(world: World, case: Case) -> None:
    let_in(world, case, "revoked", timezone.now())
    assert list(visible_cases(world["revoked"])) == [case]
    assert CaseGrant.objects.filter(user=world["revoked"].user).count() == 1


@pytest.mark.parametrize(
    ("until", "reason"), [(-DAY, "still to come"), (timedelta(days=400), "At most a year")]
)
def test_a_grant_has_an_end_that_makes_sense(
    world: World, case: Case, until: timedelta, reason: str
) -> None:
    now = timezone.now()
    with pytest.raises(Invalid, match=reason):
        grant_access(
            case,
            by=world["tom"],
            at=now,
            user_id=world["pavel"].user_id,
            until=now + until,
            reason="r",
        )


@pytest.mark.parametrize("name", ["anna", "ruth"])
def test_only_people_of_the_house_are_let_in(world: World, case: Case, name: str) -> None:
    with pytest.raises(Invalid, match="works here"):
        let_in(world, case, name, timezone.now())
    assert not CaseGrant.objects.filter(user=world[name].user).exists()


def test_what_moves_up_is_seen_there_and_no_longer_below(world: World, case: Case) -> None:
    do(world, "escalate", case)
    assert list(visible_cases(world["tom"])) == []
    assert list(visible_cases(world["petra"])) == [case]
    moved = Case.objects.get(pk=case.pk)
    assert [person.name for person in knowing(moved, OPENED)] == ["Deputy", "Marianne", "Petra"]


def test_at_the_top_whoever_sits_there_next_answers_for_what_nobody_holds(
    world: World, case: Case
) -> None:
    for _ in range(2):
        do(world, "escalate", case, by=None)
    Membership.objects.filter(pk=world["marianne"].pk).update(is_active=False)
    assert list(visible_cases(world["colleague"])) == []
    Seat.objects.filter(user=world["marianne"].user).update(user=world["colleague"].user)
    assert list(visible_cases(world["colleague"])) == [case]
    moved = Case.objects.get(pk=case.pk)
    assert world["colleague"].user in knowing(moved, OPENED)
    do(world, "reassign", moved, by="colleague", to_user_id=world["colleague"].user_id)
    assert Case.objects.get(pk=case.pk).owner_id == world["colleague"].user_id


def test_what_is_lifted_is_known_to_all_staff_again(world: World, case: Case) -> None:
    lift(case, by=world["petra"], at=timezone.now(), reason="Nothing private is left in it.")
    for name in ("colleague", "ines", "pavel"):
        assert list(visible_cases(world[name])) == [case]
    with pytest.raises(NotNow, match="normal"):
        lift(case, by=world["petra"], at=timezone.now(), reason="Again.")


def test_a_category_may_restrict_from_the_first_moment(world: World) -> None:
    Category.objects.filter(slug="lead-routing").update(confidentiality="restricted")
    world.categories["lead-routing"].refresh_from_db()
    case = world.case(by="ines")
    assert case.confidentiality == "restricted"
    assert list(visible_cases(world["ines"])) == []
    assert list(visible_cases(world["tom"])) == [case]


def test_a_sealed_case_is_the_custodians_too_and_stays_sealed(world: World, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(confidentiality="sealed")
    assert list(visible_cases(world["ruth"])) == [case]
    assert list(visible_cases(world["ines"])) == []
    with pytest.raises(NotNow, match="sealed"):
        lift(case, by=world["tom"], at=timezone.now(), reason="Please.")


def test_the_bell_counts_and_tells_only_what_is_still_known(world: World, case: Case) -> None:
    events = list(Event.objects.filter(case_id=case.pk))
    ines, tom = world["ines"].user, world["tom"].user
    for event in events:
        for user in (ines, tom):
            Notice.objects.get_or_create(
                tenant=world.tenant,
                event=event,
                user=user,
                channel="bell",
                defaults={"state": "sent"},
            )
    assert letters(events, ines) == {}
    assert known(events, ines) == set()
    assert unread_count(ines) == 0
    assert set(letters(events, tom)) == known(events, tom) == {event.pk for event in events}
    assert unread_count(tom) == len(events)


def test_why_is_written_for_staff_only(world: World, case: Case) -> None:
    kinds = {"case.restricted", "case.granted", "case.revoked"}
    events = Event.objects.filter(case_id=case.pk, kind__in=kinds)
    assert {event.kind for event in events} == kinds
    texts = Message.objects.filter(event_id__in=[event.pk for event in events])
    assert {text.audience for text in texts} == {"internal"}


@pytest.mark.parametrize("view", ["all", "mine"])
def test_a_list_asks_as_many_questions_for_thirty_as_for_one(
    world: World, case: Case, view: str
) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            list(queries.page_of(queries.listed(world["tom"], view), view, None).rows)
        counts.append(len(asked))
        for number in range(29):
            made = world.case(title=f"Case {number}")
            restrict(made, by=world["tom"], at=timezone.now(), reason="r")
    assert counts == [1, 1]
