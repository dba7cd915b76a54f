"""A program is nobody: it owns nothing, decides nothing, is let in nowhere by name, and is told
nothing."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from cases.access import may
from cases.actions import reassign
from cases.confidential import grant_access, restrict
from cases.models import Assignment, Case
from cases.transitions import ALLOWED
from cases.turns import former_holder
from journal.actions import record, tell
from journal.delivery import deliver_one
from journal.gathering import gather
from journal.models import Notice, NoticeState
from journal.queries import unread_count
from journal.registry import known, letters
from ladder.actions import load_policy
from ladder.models import Route, Seat
from ladder.policy_file import parse_policy
from memos.actions.memo import ActionText, edit_memo
from memos.actions.review import ask_review, reviewers
from partners.actions import add_contact
from tenants.actions import NewPerson, add_member, add_program
from tenants.errors import Invalid
from tenants.models import Membership, Role
from tests.factories import OPENED, World
from tests.ladder.policies import spoiled
from tests.memos import story

EMAIL = "crm@vendor.example"


@pytest.fixture
def program(world: World, at: datetime) -> Membership:
    """A program of the vendor's, with all that a program may."""
    return add_program("CRM", Role.STAFF, by=world["ines"], at=at)


@pytest.mark.parametrize(
    "path",
    [
        "ladders[0].levels[0].holder",
        "ladders[0].levels[0].backup",
        "ladders[0].levels[1].holder[0].user",
        "ladders[0].levels[1].holder[1].backup",
        "matrix[0].owner",
        "matrix[0].backup",
    ],
)
def test_it_holds_no_seat_and_backs_nobody_up(world: World, at: datetime, path: str) -> None:
    for name, role in (("tom", "staff"), ("petra", "staff"), ("marianne", "staff")):
        add_member(NewPerson(f"{name}@vendor.example", name.title()), role, by=None, at=at)
    add_member(NewPerson(EMAIL, "CRM", is_service=True), Role.STAFF, by=None, at=at)
    before = list(Seat.objects.values_list("pk", flat=True))
    with pytest.raises(Invalid) as refused:
        load_policy(parse_policy(spoiled(path, EMAIL)), by=world["ines"], at=at)
    (reason,) = {text for name, text in refused.value.errors.items() if name == path}
    assert reason == f"{EMAIL} may not work on cases here: active staff only."
    assert list(Seat.objects.values_list("pk", flat=True)) == before
    assert not Route.objects.filter(owner__is_service=True).exists()


def test_a_case_it_logs_is_somebody_elses_and_it_cannot_be_given_one(
    world: World, program: Membership
) -> None:
    world.people["program"] = program
    case = world.case(by="program")
    assert case.owner_id == world["tom"].user_id
    to = program.user_id
    with pytest.raises(Invalid, match="to: Choose a colleague who holds this level"):
        reassign(case, by=world["tom"], at=OPENED, to_user_id=to, reason="Automatic.")
    assert former_holder(Assignment(owner_id=program.user_id), OPENED) is None
    case = Case.objects.get(pk=case.pk)
    holders = {verb for verb in ALLOWED if may(case, verb, program)}
    assert holders.isdisjoint({"acknowledge", "decide", "resolve", "escalate", "reassign", "lift"})


def test_it_is_let_into_no_restricted_case(world: World, program: Membership) -> None:
    case, now = world.case(at=timezone.now()), timezone.now()
    restrict(case, by=world["tom"], at=now, reason="Names a patient.")
    with pytest.raises(Invalid, match="person: Choose a colleague who works here"):
        grant_access(
            case,
            by=world["tom"],
            at=now,
            user_id=program.user_id,
            until=now + timedelta(days=1),
            reason="Reports.",
        )


def test_it_reviews_no_memo_and_owes_no_action(world: World, program: Membership) -> None:
    memo = story.written(world)
    assert program.user_id not in {member.user_id for member in reviewers(memo)}
    with pytest.raises(Invalid, match="reviewer: Choose a colleague who sees the case"):
        ask_review(memo, by=world["tom"], at=story.AT, reviewer_id=program.user_id)
    action = ActionText("Find a lead", story.DUE, owner_id=program.user_id)
    said = story.contents(world, memo, actions=(action,))
    with pytest.raises(Invalid):
        edit_memo(memo, by=world["tom"], at=story.AT, revision=memo.revision, contents=said)


def test_it_speaks_for_no_partner(world: World, at: datetime, program: Membership) -> None:
    partner = world.partners["alpenwerk"]
    with pytest.raises(Invalid, match="Only a partner contact can speak for a partner"):
        add_contact(partner, program, by=world["ines"], at=at)


def test_it_is_told_nothing(world: World, at: datetime, program: Membership) -> None:
    case = world.case(at=at)
    Notice.objects.all().delete()
    event = record("case.acknowledged", at=at, by=world["tom"].user_id, case_id=case.pk)
    tell(event, (program.user_id, world["petra"].user_id), at=at)
    assert letters([event], program.user) == {}
    assert known([event], program.user) == set()
    assert unread_count(program.user) == 0
    assert gather(at) > 0
    while deliver_one(at):
        pass
    assert [letter.to for letter in mail.outbox] == [[world["petra"].user.email]]
    states = Notice.objects.filter(channel="email").values_list("user_id", "state")
    assert dict(states) == {
        program.user_id: NoticeState.DROPPED,
        world["petra"].user_id: NoticeState.SENT,
    }
