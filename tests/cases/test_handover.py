"""Handing over what is under way, to who stands in."""

from datetime import timedelta

import pytest

from cases.handover import hand_over, takes_over
from cases.inflight import in_flight
from cases.models import Assignment, Case, Clock
from journal.models import Event
from ladder.models import Absence
from memos.models import Concession
from portal.queries import turns_of
from portal.words import turn_words
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.ids import uuid7
from tests.cases.test_standing_in import last, told, turn
from tests.cases.verbs import LATER, do
from tests.factories import FAR_AHEAD, LONG_AGO, World, make_absence
from tests.memos import deals, story
from tests.memos.deals import ask, asked, decide, empower

DAY = timedelta(days=1)


@pytest.fixture
def desk(world: World) -> World:
    """A vendor whose levels may concede something; Olga is staff without a seat."""
    return empower(world)


def give(world: World, case: Case, absence: Absence, by: str = "tom") -> Case:
    """Hand over what there is in a case."""
    return hand_over(case, by=world[by], at=LATER, absence_id=absence.pk)


def test_the_turn_goes_over_with_its_clocks_as_they_are(desk: World) -> None:
    case = desk.case()
    before = dict(Clock.objects.filter(case=case).values_list("kind", "due_at"))
    give(desk, case, make_absence(desk, "tom", "olga"))
    assert turn(case) == ("Olga", None, "Tom")
    assert dict(Clock.objects.filter(case=case).values_list("kind", "due_at")) == before
    current = Case.objects.get(pk=case.pk).assignment_id
    of_turn = Clock.objects.filter(case=case, kind__in=("response", "decision"))
    assert set(of_turn.values_list("assignment_id", flat=True)) == {current}
    event = last(case, "case.delegated")
    assert (event.by_id, event.audience, told(event)) == (
        desk["tom"].user_id,
        "parties",
        {"Anna", "Olga"},
    )
    facts = {name: event.facts[name] for name in ("owner", "on_behalf_of", "turn", "taken")}
    assert facts == {
        "owner": str(desk["olga"].user_id),
        "on_behalf_of": str(desk["tom"].user_id),
        "turn": True,
        "taken": False,
    }


def test_a_chain_is_followed_when_something_is_handed_over(desk: World) -> None:
    make_absence(desk, "petra", "olga")
    case = desk.case()
    give(desk, case, make_absence(desk, "tom", "petra"))
    assert turn(case) == ("Olga", None, "Tom")


def test_it_may_be_handed_over_before_the_absence_begins(desk: World) -> None:
    case = desk.case()
    absence = make_absence(desk, "tom", "olga", starts_at=FAR_AHEAD)
    assert takes_over(absence, LATER) == desk["olga"].user_id
    give(desk, case, absence)
    assert turn(case) == ("Olga", None, "Tom")
    do(desk, "acknowledge", case, by="tom")


def test_a_concession_and_an_action_go_over_too(desk: World) -> None:
    case = desk.case()
    made = ask(desk, case)
    memo = story.issued(desk, desk.case())
    action = Clock.objects.filter(kind="action", case_id=memo.case_id, owner__isnull=False).first()
    assert action is not None
    Clock.objects.filter(pk=action.pk).update(owner=desk["petra"].user)
    absence = make_absence(desk, "petra", "olga")
    found = {
        row.case.pk: (row.turn, row.concessions, row.actions)
        for row in in_flight(desk["petra"].user_id, desk["petra"])
    }
    assert found == {case.pk: (False, 1, 0), memo.case_id: (False, 0, 1)}
    for pk in found:
        give(desk, Case.objects.get(pk=pk), absence, by="petra")
    assert asked(made) == ("Olga", 2)
    action.refresh_from_db()
    assert (action.owner_id, action.on_behalf_of_id) == (
        desk["olga"].user_id,
        desk["petra"].user_id,
    )
    assert last(case, "case.delegated").facts["turn"] is False
    assert in_flight(desk["petra"].user_id, desk["petra"]) == []
    assert decide(desk, made, by="olga").state == "approved"


def test_what_has_gone_on_to_a_higher_level_or_is_over_is_under_way_no_more(desk: World) -> None:
    """At the top a concession that nobody decided is missed, and its alarm repeats: that is one."""
    case = desk.case()
    made = ask(desk, case)
    clock = deals.approvals(made)[0]
    missed = {"state": "breached", "next_fire_at": None, "breached_at": clock.due_at}
    Clock.objects.filter(pk=clock.pk).update(**missed)
    later = {"anchor": clock.due_at, "due_at": clock.due_at + DAY, "next_fire_at": clock.due_at}
    clock.pk, clock.kind = uuid7(), "reminder"
    for name, value in later.items():
        setattr(clock, name, value)
    clock.save(force_insert=True)
    petra = desk["petra"].user_id
    assert [(row.turn, row.concessions) for row in in_flight(petra, desk["petra"])] == [(False, 1)]
    clock.pk, clock.kind, clock.owner_id = uuid7(), "approval", desk["marianne"].user_id
    clock.save(force_insert=True)
    Clock.objects.filter(kind="reminder").update(state="ended", ended_at=LATER, next_fire_at=None)
    assert in_flight(petra, desk["petra"]) == []
    marianne = desk["marianne"].user_id
    assert [row.concessions for row in in_flight(marianne, desk["marianne"])] == [1]
    do(desk, "withdraw", case)
    Clock.objects.filter(pk=clock.pk).update(state="breached", ended_at=None, next_fire_at=None)
    assert in_flight(marianne, desk["marianne"]) == []


def test_nobody_is_handed_what_they_have_asked_for(desk: World) -> None:
    case = desk.case()
    made = ask(desk, case, by="olga")
    absence = make_absence(desk, "petra", "olga")
    with pytest.raises(NotNow, match="can be handed over to this colleague"):
        give(desk, case, absence, by="petra")
    assert asked(made) == ("Petra", 2)


def test_what_is_restricted_goes_to_nobody_who_may_not_know_of_it(desk: World) -> None:
    case = desk.case()
    made = ask(desk, case)
    do(desk, "restrict", case)
    absence = make_absence(desk, "petra", "olga", starts_at=FAR_AHEAD)
    with pytest.raises(NotNow):
        give(desk, case, absence, by="petra")
    assert asked(made) == ("Petra", 2)
    # The turn makes known what it gives.
    own = make_absence(desk, "tom", "olga", starts_at=FAR_AHEAD)
    give(desk, case, own)
    assert turn(case) == ("Olga", None, "Tom")


def test_who_stands_in_takes_over_by_themselves(desk: World) -> None:
    case = desk.case()
    absence = make_absence(desk, "tom", "olga")
    give(desk, case, absence, by="olga")
    assert turn(case) == ("Olga", None, "Tom")
    assert last(case, "case.delegated").facts["taken"] is True


@pytest.mark.parametrize("name", ["petra", "marianne", "pavel", "anna"])
def test_nobody_else_hands_over(desk: World, name: str) -> None:
    case = desk.case()
    absence = make_absence(desk, "tom", "olga")
    with pytest.raises(NotAllowed):
        give(desk, case, absence, by=name)
    assert turn(case) == ("Tom", None, None)


def test_an_absence_that_is_over_or_names_nobody_hands_nothing_over(desk: World) -> None:
    case = desk.case()
    over = make_absence(desk, "tom", "olga", ended_at=LONG_AGO)
    with pytest.raises(NotNow, match="over"):
        give(desk, case, over)
    alone = make_absence(desk, "tom")
    with pytest.raises(NotNow, match="Nobody stands in"):
        give(desk, case, alone)
    with pytest.raises(Invalid, match="absence: There is none like this"):
        hand_over(case, by=desk["tom"], at=LATER, absence_id=case.pk)
    assert not Event.objects.filter(kind="case.delegated").exists()


def test_a_partner_reads_that_it_was_given_to_a_colleague(desk: World) -> None:
    case = desk.case()
    give(desk, case, make_absence(desk, "tom", "olga"))
    turns = turns_of(case.pk)
    assert [(one.name, turn_words(one.end) if one.end else "") for one in turns] == [
        ("Tom", "Gave it to a colleague"),
        ("Olga", ""),
    ]
    assert Assignment.objects.filter(case=case, end_reason="reassigned").count() == 1


def test_what_waits_is_told_as_far_as_one_sees_the_case(desk: World) -> None:
    case = desk.case()
    do(desk, "restrict", case)
    assert [row.case.pk for row in in_flight(desk["tom"].user_id, desk["tom"])] == [case.pk]
    assert in_flight(desk["tom"].user_id, desk["ines"]) == []
    assert Concession.objects.count() == 0
    assert LATER + timedelta(hours=1) == deals.LATER
