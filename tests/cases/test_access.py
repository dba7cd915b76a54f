"""Who sees a case, and who may do what to it."""

from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404

from cases.access import HOLDERS_ONLY, case_for, may, visible_cases
from cases.models import Case
from cases.transitions import ALLOWED
from ladder.models import Seat
from tenants.errors import NotAllowed
from tests.cases.verbs import KEEPING, NAMES, PAUSING, case_in, do, ready_for, verbs
from tests.factories import World, make_person

PEOPLE = ("tom", "petra", "marianne", "ines", "pavel", "ruth", "anna", "backup")
STAFF = {"petra", "marianne", "ines", "backup", "tom"}
# Besides the holder, who may; Petra and Marianne hold the levels above, Ines administers.
MAY = {
    **{verb: {"tom", "backup"} for verb in ("acknowledge", "escalate", "decide", "resolve")},
    "revise": {"tom", "backup"},
    "hand_back": {"petra"},
    "reassign": {"tom", "petra", "marianne", "ines"},
    "reopen": {"tom", "petra", "marianne", "ines"},
    "add_message": STAFF | {"anna"},
    "close": STAFF,
    "withdraw": STAFF | {"anna"},
    "request_level": {"anna"},
    "decline_request": {"tom", "backup"},
    "add_party": STAFF,
    "edit_case": STAFF,
    "complete_fields": STAFF,
    "hold": {"petra", "marianne"},
    "change_severity": {"tom", "backup", "petra", "marianne"},
    **dict.fromkeys(PAUSING, STAFF),
    "share_update": STAFF,
    # Of Tom's act outside the rules.
    "reconcile": {"petra", "marianne", "ines"},
    # Of Tom, who is away; Petra stands in.
    "hand_over": {"tom", "petra", "ines"},
    **{verb: {"tom", "backup", "petra", "marianne"} for verb in KEEPING},
}


@pytest.fixture
def world(world: World) -> World:
    """The vendor, with somebody who stands in for Tom."""
    make_person(world, "backup", "staff")
    Seat.objects.filter(user=world["tom"].user).update(backup=world["backup"].user)
    return world


def test_the_table_covers_every_verb() -> None:
    assert set(MAY) == set(verbs())
    holders = {NAMES.get(verb, verb) for verb, who in MAY.items() if who == {"tom", "backup"}}
    assert holders == HOLDERS_ONLY


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("verb", sorted(MAY))
def test_who_may(world: World, verb: str, name: str) -> None:
    case, _holder = ready_for(world, verb)
    before = Case.objects.filter(pk=case.pk).values().get()
    page_offers = may(case, NAMES.get(verb, verb), world[name])
    others: dict[str, Any] = {"to_user_id": world["backup"].user_id} if verb == "reassign" else {}
    if name in MAY[verb]:
        do(world, verb, case, by=name, **others)
        assert Case.objects.get(pk=case.pk).version > before["version"]
        assert page_offers
        return
    with pytest.raises(NotAllowed) as refused:
        do(world, verb, case, by=name, **others)
    assert refused.value.status == 403
    assert refused.value.reason
    assert not page_offers
    assert Case.objects.filter(pk=case.pk).values().get() == before


def test_the_system_carries_out_what_rules_say(world: World) -> None:
    for verb in MAY:
        case, _ = ready_for(world, verb)
        if verb not in ("add_message", "request_level", "grant_access", "reconcile"):
            do(world, verb, case, by=None)


def test_who_may_not_is_told_so_before_when(world: World) -> None:
    """A status is not told to who may not act in any."""
    with pytest.raises(NotAllowed):
        do(world, "decide", case_in(world, "closed"), by="petra")


@pytest.mark.parametrize(
    ("name", "sees"),
    [("ines", 2), ("tom", 2), ("petra", 2), ("pavel", 2), ("ruth", 0), ("anna", 1), ("marc", 1)],
)
def test_what_each_role_sees(world: World, name: str, sees: int) -> None:
    world.case()
    world.case(partner=world.partners["rheintor"])
    seen = visible_cases(world[name])
    assert seen.count() == sees
    assert all(case_for(world[name], case.pk) == case for case in seen)


def test_a_contact_of_two_parties_sees_their_case_once(world: World) -> None:
    case = world.case(others=((world.partners["rheintor"], "respondent"),))
    assert [c.pk for c in visible_cases(world["marc"])] == [case.pk]
    assert [c.pk for c in visible_cases(world["anna"])] == [case.pk]


def test_missing_and_hidden_fail_alike(world: World) -> None:
    case = world.case()
    failures = []
    for name, case_id in (("marc", case.pk), ("ruth", case.pk), ("tom", uuid4())):
        with pytest.raises(Http404) as missing:
            case_for(world[name], case_id)
        failures.append(missing.value.args)
    assert failures == [(), (), ()]


def test_a_verb_of_another_vendor_does_not_find_the_case(world: World) -> None:
    case = world.case()
    for verb in verbs():
        other = Case(pk=uuid4(), tenant_id=case.tenant_id)
        with pytest.raises(Case.DoesNotExist):
            do(world, verb, other)


def test_every_verb_of_the_table_is_one_that_a_status_allows() -> None:
    assert all(ALLOWED.values())
