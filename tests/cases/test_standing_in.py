"""While somebody is away: where their work goes, who may act, and in whose place it says it was."""

from datetime import timedelta
from typing import Any

import pytest

from cases import actions
from cases.access import case_for, may, visible_cases
from cases.casepage import CasePage
from cases.forms import form_for
from cases.models import Assignment, Case
from cases.opening import NewCase, first_answer
from cases.queries import knowing, listed
from journal.models import Event, Notice
from journal.registry import letters
from ladder.models import Absence, Seat
from tenants.errors import Invalid, NotAllowed
from tenants.models import Membership
from tests.cases.verbs import LATER, do
from tests.factories import LONG_AGO, OPENED, World, make_absence, make_person

HOUR = timedelta(hours=1)


def turn(case: Case) -> tuple[str | None, str | None, str | None]:
    """Return who has a case, who backs them up, and on whose behalf."""
    related = ("owner", "backup", "on_behalf_of")
    found = Assignment.objects.select_related(*related).get(case=case, ended_at=None)
    people = (found.owner, found.backup, found.on_behalf_of)
    return tuple(one.name if one else None for one in people)  # type: ignore[return-value]


def last(case: Case, kind: str) -> Event:
    """Return the last event of a kind."""
    return Event.objects.filter(case_id=case.pk, kind=kind).latest("at", "id")


def told(event: Event) -> set[str]:
    """Return who is told of an event."""
    found = Notice.objects.filter(event=event, channel="bell")
    return set(found.values_list("user__name", flat=True))


def back(world: World, name: str) -> None:
    """Let somebody be back."""
    Absence.objects.filter(person=world[name].user).update(ended_at=LONG_AGO)


@pytest.fixture
def away(world: World) -> Absence:
    """Tom is away; Olga, who has no seat, stands in."""
    make_person(world, "olga", "staff")
    return make_absence(world, "tom", "olga")


# --- Where work goes ------------------------------------------------------------------------------


def test_a_new_case_goes_to_the_delegate_on_behalf_of_the_holder(
    world: World, away: Absence
) -> None:
    case = world.case(by="petra")
    assert (case.owner_id, turn(case)) == (world["olga"].user_id, ("Olga", None, "Tom"))
    opened = last(case, "case.opened")
    assert (opened.facts["owner"], opened.facts["on_behalf_of"]) == (
        str(world["olga"].user_id),
        str(world["tom"].user_id),
    )
    assert "Olga" in told(opened)


def test_who_would_answer_first_is_who_stands_in(world: World, away: Absence) -> None:
    new = NewCase(world.partners["alpenwerk"], world.categories["lead-routing"], "A lead")
    assert first_answer(new, OPENED)[0] == world["olga"].user_id


def test_a_route_that_names_an_owner_who_is_away_leads_to_who_stands_in(
    world: World, away: Absence
) -> None:
    assert world.route is not None
    world.route.owner = world["tom"].user
    world.route.save()
    assert turn(world.case(by="petra")) == ("Olga", None, "Tom")


def test_a_case_handed_up_or_back_goes_to_who_stands_in(world: World) -> None:
    case = world.case()
    make_absence(world, "petra", "ines")
    do(world, "escalate", case)
    assert turn(case) == ("Ines", None, "Petra")
    moved = last(case, "case.escalated")
    assert moved.facts["on_behalf_of"] == str(world["petra"].user_id)
    assert "acted_for" not in moved.facts
    make_absence(world, "tom", "marianne")
    do(world, "hand_back", case, by="ines")
    assert turn(case) == ("Marianne", None, "Tom")
    facts = last(case, "case.handed_back").facts
    assert (facts["on_behalf_of"], facts["acted_for"]) == (
        str(world["tom"].user_id),
        str(world["petra"].user_id),
    )


def test_a_case_goes_back_to_whom_it_was_held_for_once_they_are_there(
    world: World, away: Absence
) -> None:
    case = world.case(by="petra")
    do(world, "escalate", case, by="olga")
    back(world, "tom")
    do(world, "hand_back", case, by="petra")
    assert turn(case) == ("Tom", None, None)


def test_a_colleague_who_is_away_is_not_given_a_case_who_stands_in_is(world: World) -> None:
    case = world.case()
    absence = make_absence(world, "petra", "marianne")
    do(world, "reassign", case)
    assert turn(case) == ("Marianne", None, "Petra")
    Absence.objects.filter(pk=absence.pk).update(delegate=None)
    other = world.case()
    with pytest.raises(Invalid, match="to: This colleague is away, and nobody stands in"):
        do(world, "reassign", other)
    # Who takes it themselves is there, whatever was noted.
    do(world, "reassign", other, by="petra")
    assert turn(other) == ("Petra", None, None)


def test_a_form_says_which_colleagues_are_away(world: World) -> None:
    case = world.case()
    make_absence(world, "petra", "marianne")
    form = form_for("reassign", case)
    assert form is not None
    labels = [label for _value, label in form.fields["to"].choices]  # type: ignore[attr-defined]
    assert "Petra (away)" in labels
    assert "Marianne" in labels


def test_a_level_that_nobody_is_there_for_alarms_the_admins_and_the_level_above(
    world: World,
) -> None:
    make_absence(world, "tom")
    case = world.case(by="petra")
    assert turn(case) == (None, None, None)
    assert told(last(case, "case.unowned")) == {"Ines", "Petra"}


def test_the_level_above_is_the_next_that_anybody_holds(world: World) -> None:
    for name in ("tom", "petra"):
        make_absence(world, name)
    Seat.objects.filter(user=world["marianne"].user).update(backup=world["pavel"].user)
    case = world.case(by="petra")
    assert told(last(case, "case.unowned")) == {"Ines", "Marianne", "Pavel"}


# --- Who may act ----------------------------------------------------------------------------------


def test_who_stands_in_acts_on_what_is_there_on_behalf_of_who_is_away(world: World) -> None:
    case = world.case()
    make_person(world, "olga", "staff")
    with pytest.raises(NotAllowed):
        do(world, "acknowledge", case, by="olga")
    make_absence(world, "tom", "olga")
    do(world, "acknowledge", case, by="olga")
    do(world, "decide", case, by="olga")
    assert turn(case) == ("Tom", None, None)
    for kind in ("case.acknowledged", "case.decided"):
        event = last(case, kind)
        assert (event.by_id, event.facts["on_behalf_of"]) == (
            world["olga"].user_id,
            str(world["tom"].user_id),
        )
    back(world, "tom")
    with pytest.raises(NotAllowed):
        do(world, "revise", case, by="olga")


def test_who_is_away_may_still_act_on_what_is_held_for_them(world: World, away: Absence) -> None:
    case = world.case(by="petra")
    do(world, "acknowledge", case, by="tom")
    assert "on_behalf_of" not in last(case, "case.acknowledged").facts
    do(world, "decide", case, by="olga")
    assert last(case, "case.decided").facts["on_behalf_of"] == str(world["tom"].user_id)


def test_what_was_given_on_somebodys_behalf_stays_when_they_are_back(
    world: World, away: Absence
) -> None:
    case = world.case(by="petra")
    back(world, "tom")
    assert may(case, "acknowledge", world["olga"])
    assert may(case, "acknowledge", world["tom"])
    assert [one.pk for one in listed(world["tom"], "handed")] == [case.pk]


@pytest.mark.parametrize("how", ["member", "role"])
def test_who_has_left_stands_in_for_nobody(world: World, away: Absence, how: str) -> None:
    changed = {"is_active": False} if how == "member" else {"role": "auditor"}
    Membership.objects.filter(pk=world["olga"].pk).update(**changed)
    case = world.case(by="petra")
    assert turn(case) == (None, None, None)
    world["olga"].refresh_from_db()
    assert not may(case, "acknowledge", world["olga"])


def test_who_stands_in_for_a_level_above_acts_from_above(world: World) -> None:
    case = world.case()
    make_person(world, "olga", "staff")
    assert not may(case, "jump", world["olga"])
    make_absence(world, "petra", "olga")
    actions.escalate(case, by=world["olga"], at=LATER, reason="To the top.", to_level=3)
    assert last(case, "case.escalated").facts["acted_for"] == str(world["petra"].user_id)


def test_a_backup_acts_on_behalf_of_the_holder(world: World) -> None:
    Seat.objects.filter(user=world["tom"].user).update(backup=world["petra"].user)
    case = world.case()
    do(world, "acknowledge", case, by="petra")
    assert last(case, "case.acknowledged").facts["on_behalf_of"] == str(world["tom"].user_id)
    # What every colleague may do is done in nobody's place.
    do(world, "add_message", case, by="petra")
    assert "on_behalf_of" not in last(case, "case.message").facts


# --- Who knows ------------------------------------------------------------------------------------


def test_who_stands_in_knows_of_a_restricted_case_while_they_do(world: World) -> None:
    case = world.case()
    make_person(world, "olga", "staff")
    do(world, "restrict", case)
    for principal in ("tom", "petra"):
        assert list(visible_cases(world["olga"])) == []
        make_absence(world, principal, "olga")
        assert case_for(world["olga"], case.pk) == case
        seen = {person.name for person in knowing(Case.objects.get(pk=case.pk), OPENED)}
        assert seen == {"Tom", "Petra", "Marianne", "Olga"}
        back(world, principal)
    assert list(visible_cases(world["olga"])) == []


def test_who_is_away_knows_of_a_restricted_case_that_is_held_for_them(
    world: World, away: Absence
) -> None:
    case = world.case(by="petra")
    do(world, "restrict", case, by="olga")
    assert case_for(world["tom"], case.pk) == case


# --- What is told and shown -----------------------------------------------------------------------


def test_who_is_away_is_told_as_ever_and_so_is_who_stands_in(world: World) -> None:
    case = world.case()
    make_person(world, "olga", "staff")
    make_absence(world, "tom", "olga")
    do(world, "add_message", case, by="petra", audience="internal")
    assert told(last(case, "case.message")) == {"Tom", "Olga"}


def test_the_trail_says_in_whose_place_in_every_channel(world: World, away: Absence) -> None:
    case = world.case(by="petra")
    do(world, "acknowledge", case, by="olga")
    opened, taken = last(case, "case.opened"), last(case, "case.acknowledged")
    said = letters([opened, taken], world["marianne"].user)
    assert said[opened.pk].line == "Petra opened the case. It is Olga's turn, for Tom."
    assert said[taken.pk].line == "Olga for Tom took the case up."
    assert said[taken.pk].text == f"{case.number}: Olga for Tom took the case up."


def test_a_partner_is_told_who_acts_never_that_somebody_is_away(
    world: World, away: Absence
) -> None:
    case = world.case(by="petra")
    do(world, "acknowledge", case, by="olga")
    do(world, "escalate", case, by="olga")
    make_absence(world, "petra", "ines")
    do(world, "hand_back", case, by="petra")
    do(world, "escalate", case, by="olga")
    events = list(Event.objects.filter(case_id=case.pk))
    lines = [letter.line for letter in letters(events, world["anna"].user).values()]
    assert "Petra opened the case. It is Olga's turn." in lines
    assert "The case was handed to Ines." in lines
    for line in lines:
        assert "Tom" not in line
        assert " for " not in line


def test_the_page_of_the_case_shows_in_whose_place(world: World, away: Absence) -> None:
    case = case_for(world["olga"], world.case(by="petra").pk)
    do(world, "acknowledge", case, by="olga")
    page: dict[str, Any] = CasePage(case, world["olga"], LATER).context()
    assert (page["case"]["owner_name"], page["case"]["owner_for"]) == ("Olga", "Tom")
    assert page["steps"][0]["owner_for"] == "Tom"
    entries = [entry for day in page["timeline"] for entry in day["entries"]]
    assert [(entry["who"], entry["text"]) for entry in entries] == [
        ("You for Tom", "took the case up."),
        ("Petra", "opened the case. It is Olga's turn, for Tom."),
    ]


def test_the_inbox_shows_what_is_held_for_whom_and_what_one_stands_in_for(world: World) -> None:
    make_person(world, "olga", "staff")
    before = world.case()
    assert list(listed(world["olga"], "in_place")) == []
    make_absence(world, "tom", "olga")
    held = world.case(by="petra")
    assert [one.pk for one in listed(world["olga"], "mine")] == [held.pk]
    assert [one.pk for one in listed(world["olga"], "in_place")] == [before.pk]
