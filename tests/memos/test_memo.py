"""Writing and reviewing a memo: who may, when, one event each, and what it refuses."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import Http404

from cases.confidential import restrict
from cases.telling import fingerprint
from journal.models import Event, Notice
from memos.access import memo_for, visible_memos
from memos.actions.followup import complete_action
from memos.actions.issue import issue_memo
from memos.actions.memo import ActionText, CopyText, edit_memo, succeed_memo
from memos.actions.review import ask_review, review_memo, reviewers, take_back_memo
from memos.models import Memo, MemoAction, MemoCopy
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import User
from tests.cases.verbs import HOUR
from tests.factories import World
from tests.memos.story import (
    AT,
    DUE,
    INTERNAL,
    SECTIONS,
    action_of,
    asked,
    contents,
    drafted,
    in_state,
    issued,
    written,
)

STATES = ("draft", "in_review", "reviewed", "issued")
STAFF = {"tom", "petra", "marianne", "ines"}
PEOPLE = (*sorted(STAFF), "pavel", "ruth", "anna")
# Who may, in a state in which it is possible; Tom holds the case and wrote, Petra reviews.
MAY = {
    "edit": ("draft", STAFF),
    "ask_review": ("draft", STAFF),
    "review": ("in_review", {"petra"}),
    "take_back": ("in_review", STAFF),
    "issue": ("reviewed", {"tom"}),
    "succeed": ("issued", STAFF),
    "complete": ("issued", {"tom"}),
}
# In which states it is possible at all.
POSSIBLE = {
    "edit": ("draft", "in_review", "reviewed"),
    "ask_review": ("draft",),
    "review": ("in_review",),
    "take_back": ("in_review", "reviewed"),
    "issue": ("reviewed",),
    "succeed": ("issued",),
    "complete": ("issued",),
}
KINDS = {
    "edit": "memo.edited",
    "ask_review": "memo.review_asked",
    "review": "memo.reviewed",
    "take_back": "memo.returned",
    "issue": "memo.issued",
    "succeed": "memo.drafted",
    "complete": "memo.action_done",
}


def act(world: World, verb: str, memo: Memo, by: str) -> Any:
    """Carry out a verb as a person, by first name."""
    who, at = world[by], AT + HOUR
    verbs: dict[str, Callable[[], Any]] = {
        "edit": lambda: edit_memo(
            memo, by=who, at=at, revision=memo.revision, contents=contents(world, memo)
        ),
        "ask_review": lambda: ask_review(
            memo, by=who, at=at, reviewer_id=world["marianne"].user_id
        ),
        "review": lambda: review_memo(memo, by=who, at=at, agree=True, note="Well said."),
        "take_back": lambda: take_back_memo(memo, by=who, at=at),
        "issue": lambda: issue_memo(memo, by=who, at=at),
        "succeed": lambda: succeed_memo(memo, by=who, at=at),
        "complete": lambda: complete_action(action_of(memo, "Find a lead"), by=who, at=at),
    }
    return verbs[verb]()


def rows(memo: Memo) -> list[Any]:
    """Return everything a memo consists of."""
    return [
        list(Memo.objects.filter(case_id=memo.case_id).values()),
        list(MemoCopy.objects.filter(memo__case_id=memo.case_id).values()),
        list(MemoAction.objects.filter(memo__case_id=memo.case_id).values()),
        Event.objects.count(),
    ]


def new_events(memo: Memo, act: Callable[[], Any]) -> list[Event]:
    """Return the events of the memo's case that an act wrote."""
    before = set(Event.objects.values_list("pk", flat=True))
    act()
    return list(Event.objects.filter(case_id=memo.case_id).exclude(pk__in=before))


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("verb", sorted(MAY))
def test_who_may(world: World, verb: str, name: str) -> None:
    state, allowed = MAY[verb]
    memo = in_state(world, state)
    before = rows(memo)
    if name in allowed:
        act(world, verb, memo, name)
        assert rows(memo) != before
        return
    with pytest.raises(NotAllowed) as refused:
        act(world, verb, memo, name)
    assert refused.value.reason
    assert rows(memo) == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", sorted(POSSIBLE))
def test_in_which_state_a_verb_is_possible(world: World, verb: str, state: str) -> None:
    memo = in_state(world, state)
    who = "petra" if verb == "review" else "tom"
    before = rows(memo)
    if state in POSSIBLE[verb]:
        act(world, verb, memo, who)
        return
    with pytest.raises((NotNow, NotAllowed)) as refused:
        act(world, verb, memo, who)
    # A draft has no reviewer yet: nobody may.
    assert isinstance(refused.value, NotAllowed) == (verb == "review" and state == "draft")
    assert rows(memo) == before


@pytest.mark.parametrize("verb", sorted(KINDS))
def test_one_verb_is_one_event_without_a_text_or_a_name(world: World, verb: str) -> None:
    memo = in_state(world, MAY[verb][0])
    who = "petra" if verb == "review" else "tom"
    [event] = new_events(memo, lambda: act(world, verb, memo, who))
    assert (event.kind, event.by_id, event.at) == (KINDS[verb], world[who].user_id, AT + HOUR)
    secrets = {INTERNAL, "Well said.", "Find a lead", *SECTIONS.values()}
    secrets |= set(User.objects.values_list("name", flat=True))
    secrets |= set(User.objects.values_list("email", flat=True))
    assert [secret for secret in secrets if secret.lower() in str(event.facts).lower()] == []


@pytest.mark.parametrize(
    ("verb", "people"),
    [
        ("edit", []),
        ("ask_review", ["Marianne"]),
        ("review", ["Tom"]),
        ("take_back", ["Petra"]),
        ("issue", ["Anna", "Marc", "Petra"]),
        ("succeed", []),
        ("complete", []),
    ],
)
def test_who_is_told(world: World, verb: str, people: list[str]) -> None:
    memo = in_state(world, MAY[verb][0])
    who = "petra" if verb == "review" else "tom"
    [event] = new_events(memo, lambda: act(world, verb, memo, who))
    found = Notice.objects.filter(event=event, channel="bell").values_list("user__name", flat=True)
    assert sorted(found) == people
    assert event.audience == ("parties" if verb == "issue" else "internal")


# --- Editing ---


def test_what_was_written_is_there(world: World) -> None:
    memo = Memo.objects.get(pk=written(world).pk)
    assert (memo.title, memo.revision, memo.edited_by_id) == (INTERNAL, 2, world["tom"].user_id)
    assert {name: getattr(memo, name) for name in SECTIONS} == SECTIONS
    copies = MemoCopy.objects.filter(memo=memo).order_by("title")
    assert [(c.title, c.body) for c in copies] == [
        ("Heading of alpenwerk", "For alpenwerk alone."),
        ("Heading of rheintor", "For rheintor alone."),
    ]
    [event] = Event.objects.filter(kind="memo.edited")
    assert event.facts["text_sha256"] == fingerprint("\n".join(SECTIONS.values()))


def test_whoever_saved_in_between_is_not_overwritten(world: World) -> None:
    memo = written(world)
    said = contents(world, memo, title="Petra's")
    edit_memo(memo, by=world["petra"], at=AT, revision=memo.revision, contents=said)
    before = rows(memo)
    with pytest.raises(NotNow, match="in between"):
        edit_memo(memo, by=world["tom"], at=AT, revision=memo.revision, contents=said)
    assert rows(memo) == before


@pytest.mark.parametrize("state", ["in_review", "reviewed"])
def test_an_edit_in_review_has_to_be_reviewed_again(world: World, state: str) -> None:
    memo = in_state(world, state)
    act(world, "edit", memo, "marianne")
    memo = Memo.objects.get(pk=memo.pk)
    assert (memo.status, memo.reviewer_id, memo.reviewed_at) == ("draft", None, None)
    assert memo.edited_by_id == world["marianne"].user_id


def test_actions_are_changed_added_and_taken_out_by_their_rows(world: World) -> None:
    memo = written(world)
    lead, plan = (action_of(memo, what) for what in ("Find a lead", "Send the plan"))
    said = contents(
        world,
        memo,
        actions=(
            ActionText("Call first", DUE, owner_id=world["petra"].user_id),
            ActionText("Find a better lead", DUE, owner_id=world["tom"].user_id, id=lead.pk),
            ActionText("Not ours", DUE, owner_id=world["tom"].user_id, id=uuid4()),
        ),
    )
    edit_memo(memo, by=world["tom"], at=AT, revision=memo.revision, contents=said)
    found = list(MemoAction.objects.filter(memo=memo).values_list("position", "what"))
    assert found == [(1, "Call first"), (2, "Find a better lead"), (3, "Not ours")]
    assert action_of(memo, "Find a better lead").pk == lead.pk
    assert not MemoAction.objects.filter(pk=plan.pk).exists()


BAD = "nul\x00"
LONG = "x" * 20_001


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": BAD}, "title"),
        *(({"sections": {**SECTIONS, name: LONG}}, f"sections.{name}") for name in SECTIONS),
        ({"sections": {"risk": BAD}}, "sections.risk"),
        ({"actions": (ActionText("Nobody", DUE),)}, "actions[0].owner"),
        ({"actions": (ActionText("A stranger", DUE, owner_id=uuid4()),)}, "actions[0].owner"),
        ({"actions": (ActionText("A stranger", DUE, partner_id=uuid4()),)}, "actions[0].partner"),
        ({"copies": (CopyText(UUID(int=7), "For nobody", ""),)}, f"copies[{UUID(int=7)}].partner"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_its_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    memo = drafted(world)
    before = rows(memo)
    said = contents(world, memo, **changes)
    with pytest.raises(Invalid) as refused:
        edit_memo(memo, by=world["tom"], at=AT, revision=memo.revision, contents=said)
    assert set(refused.value.errors) == {field}
    assert rows(memo) == before


def test_actions_say_what_have_an_owner_a_day_and_a_bound(world: World) -> None:
    memo, tom = drafted(world), world["tom"].user_id
    rival = world.partners["rheintor"].pk
    wrong = (
        ActionText("", DUE, owner_id=tom),
        ActionText("x" * 501, None, owner_id=tom),
        ActionText("Two owners", DUE, owner_id=tom, partner_id=rival),
        ActionText("No day", None, owner_id=tom),
        ActionText("Too far", date(2032, 1, 1), owner_id=tom),
        ActionText("Anna is no colleague", DUE, owner_id=world["anna"].user_id),
        *(ActionText("Right", DUE, owner_id=tom) for _ in range(55)),
    )
    said = contents(world, memo, actions=wrong)
    with pytest.raises(Invalid) as refused:
        edit_memo(memo, by=world["tom"], at=AT, revision=memo.revision, contents=said)
    assert set(refused.value.errors) == {
        *("actions", "actions[0].what", "actions[1].what", "actions[1].due_on"),
        *("actions[2].owner", "actions[3].due_on", "actions[4].due_on", "actions[5].owner"),
    }


@pytest.mark.parametrize("field", ["body", "title"])
def test_a_copy_has_a_heading_and_a_bound(world: World, field: str) -> None:
    memo, own = drafted(world), world.partners["alpenwerk"].pk
    copy = CopyText(own, "" if field == "title" else "H", LONG if field == "body" else "B")
    said = contents(world, memo, copies=(copy,))
    with pytest.raises(Invalid) as refused:
        edit_memo(memo, by=world["tom"], at=AT, revision=memo.revision, contents=said)
    assert set(refused.value.errors) == {f"copies[{own}].{field}"}


# --- Review ---


@pytest.mark.parametrize(("name", "may"), [("tom", False), ("petra", False), ("marianne", True)])
def test_who_wrote_it_does_not_review_it(world: World, name: str, may: bool) -> None:
    """Tom began it; Petra changed it last."""
    memo = written(world)
    said = contents(world, memo)
    memo = edit_memo(memo, by=world["petra"], at=AT, revision=memo.revision, contents=said)
    assert (name in {m.user.name.lower() for m in reviewers(memo)}) == may
    if may:
        ask_review(memo, by=world["tom"], at=AT, reviewer_id=world[name].user_id)
        return
    with pytest.raises(Invalid) as refused:
        ask_review(memo, by=world["tom"], at=AT, reviewer_id=world[name].user_id)
    assert set(refused.value.errors) == {"reviewer"}


@pytest.mark.parametrize("name", ["pavel", "ruth", "anna"])
def test_a_reviewer_is_a_colleague_who_works_on_the_case(world: World, name: str) -> None:
    with pytest.raises(Invalid, match="sees the case"):
        ask_review(written(world), by=world["tom"], at=AT, reviewer_id=world[name].user_id)


def test_a_reviewer_of_a_restricted_case_is_somebody_who_knows_of_it(world: World) -> None:
    memo = written(world)
    restrict(memo.case, by=world["tom"], at=AT, reason="A name in it.")
    memo = memo_for(world["tom"], memo.pk)
    assert {m.user.name for m in reviewers(memo)} == {"Petra", "Marianne"}
    with pytest.raises(Invalid):
        ask_review(memo, by=world["tom"], at=AT, reviewer_id=world["ines"].user_id)


def test_sending_back_says_why(world: World) -> None:
    memo = asked(world)
    with pytest.raises(Invalid, match="note"):
        review_memo(memo, by=world["petra"], at=AT, agree=False)
    memo = review_memo(memo, by=world["petra"], at=AT, agree=False, note="No risk named.")
    assert (memo.status, memo.reviewer_id, memo.review_note) == ("draft", None, "No risk named.")
    [event] = Event.objects.filter(kind="memo.returned")
    assert (event.facts["agree"], event.facts["text_sha256"]) == (
        False,
        fingerprint("No risk named."),
    )


def test_a_review_is_given_once_and_of_the_text_that_was_read(world: World) -> None:
    memo = asked(world)
    with pytest.raises(NotNow, match="changed since"):
        review_memo(memo, by=world["petra"], at=AT, agree=True, revision=memo.revision - 1)
    memo = review_memo(memo, by=world["petra"], at=AT, agree=True, revision=memo.revision)
    assert (memo.status, memo.reviewed_at) == ("in_review", AT)
    with pytest.raises(NotNow, match="reviewed already"):
        review_memo(memo, by=world["petra"], at=AT, agree=False, note="Stop.")


# --- The door ---


def test_memos_are_seen_as_their_cases(world: World) -> None:
    memo = issued(world)
    for name in ("tom", "petra", "marianne", "ines", "pavel"):
        assert memo_for(world[name], memo.pk) == memo
    with pytest.raises(Http404):
        memo_for(world["ruth"], memo.pk)
    restrict(memo.case, by=world["tom"], at=AT, reason="A name in it.")
    for name in ("ines", "pavel"):
        assert not visible_memos(world[name]).exists()
        with pytest.raises(Http404):
            memo_for(world[name], memo.pk)
    assert visible_memos(world["marianne"]).get() == memo
