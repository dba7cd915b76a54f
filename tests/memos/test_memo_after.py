"""After the issue: successors, and what the memo binds people to do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.telling import fingerprint
from journal.models import Event
from memos.actions.followup import complete_action
from memos.actions.issue import issue_memo
from memos.actions.memo import ActionText, draft_memo, edit_memo, succeed_memo
from memos.actions.review import ask_review, review_memo, reviewers
from memos.models import MemoAction, MemoCopy
from partners.models import Contact
from tenants.errors import Invalid, NotAllowed, NotNow
from tests.cases.verbs import HOUR, do
from tests.factories import OPENED, World
from tests.memos.story import (
    AT,
    DUE,
    SECTIONS,
    action_of,
    contents,
    drafted,
    issued,
    reviewed,
)
from tests.memos.test_memo import BAD, LONG, PEOPLE, STAFF


def test_a_successor_begins_with_all_of_it_and_keeps_the_number(world: World) -> None:
    first = issued(world)
    complete_action(action_of(first, "Send the plan"), by=world["petra"], at=AT, note="It came.")
    later = succeed_memo(first, by=world["petra"], at=AT)
    assert (later.number, later.version, later.predecessor_id) == (first.number, 2, first.pk)
    assert (later.author_id, later.status) == (world["petra"].user_id, "draft")
    assert {name: getattr(later, name) for name in SECTIONS} == SECTIONS
    found = {a.what: a.done_note for a in MemoAction.objects.filter(memo=later)}
    assert found == {"Find a lead": "", "Send the plan": "It came."}
    assert MemoCopy.objects.filter(memo=later).count() == 2
    with pytest.raises(NotNow, match="written already"):
        succeed_memo(first, by=world["tom"], at=AT)


def test_nobody_reviews_what_they_wrote_in_this_version_or_before(world: World) -> None:
    memo = drafted(world)
    for name in ("petra", "ines"):
        said = contents(world, memo, title=f"As {name} has it")
        memo = edit_memo(memo, by=world[name], at=AT, revision=memo.revision, contents=said)
    wrote = [world[name].user_id for name in ("tom", "petra", "ines")]
    assert memo.writers == wrote
    assert {member.user_id for member in reviewers(memo)} == {world["marianne"].user_id}
    for person in wrote:
        with pytest.raises(Invalid, match="does not review it"):
            ask_review(memo, by=world["tom"], at=AT, reviewer_id=person)
    do(world, "decide", memo.case, at=AT)
    memo = ask_review(memo, by=world["tom"], at=AT, reviewer_id=world["marianne"].user_id)
    memo = review_memo(memo, by=world["marianne"], at=AT, agree=True)
    memo = issue_memo(memo, by=world["tom"], at=AT)
    later = succeed_memo(memo, by=world["marianne"], at=AT)
    assert later.writers == [*wrote, world["marianne"].user_id]
    assert reviewers(later) == []
    for person in wrote:
        with pytest.raises(Invalid, match="does not review it"):
            ask_review(later, by=world["marianne"], at=AT, reviewer_id=person)


def test_a_case_with_an_issued_memo_gets_a_successor_and_no_second_memo(world: World) -> None:
    with pytest.raises(NotNow, match="by a successor"):
        draft_memo(issued(world).case, by=world["tom"], at=AT)


def test_what_is_done_stays_in_a_successor_whatever_is_written(world: World) -> None:
    first = issued(world)
    complete_action(action_of(first, "Find a lead"), by=world["tom"], at=AT)
    later = succeed_memo(first, by=world["tom"], at=AT)
    done = action_of(later, "Find a lead")
    said = contents(
        world,
        later,
        actions=(
            ActionText("Anew", DUE, owner_id=world["tom"].user_id),
            ActionText("Changed", DUE, owner_id=world["tom"].user_id, id=done.pk),
        ),
    )
    edit_memo(later, by=world["tom"], at=AT, revision=later.revision, contents=said)
    found = (
        MemoAction.objects.filter(memo=later).order_by("position").values_list("what", flat=True)
    )
    assert list(found) == ["Find a lead", "Anew"]


def test_an_action_done_meanwhile_is_done_in_the_successor_too(world: World) -> None:
    first = issued(world)
    later = succeed_memo(first, by=world["tom"], at=AT)
    complete_action(action_of(first, "Find a lead"), by=world["tom"], at=AT + HOUR)
    assert action_of(later, "Find a lead").done_at == AT + HOUR
    assert action_of(later, "Send the plan").done_at is None


def test_a_memo_is_corrected_once_by_a_chain_of_versions(world: World) -> None:
    first = issued(world)
    later = succeed_memo(first, by=world["petra"], at=AT)
    later = ask_review(later, by=world["petra"], at=AT, reviewer_id=world["ines"].user_id)
    later = review_memo(later, by=world["ines"], at=AT, agree=True)
    later = issue_memo(later, by=world["tom"], at=AT + HOUR)
    assert (later.number, later.version, later.case.memo_id) == (first.number, 2, later.pk)
    with pytest.raises(NotNow, match="corrected already"):
        succeed_memo(first, by=world["tom"], at=AT)
    assert succeed_memo(later, by=world["tom"], at=AT).version == 3


# --- Actions ---


@pytest.mark.parametrize("name", PEOPLE)
def test_what_a_party_has_to_do_any_colleague_confirms(world: World, name: str) -> None:
    action = action_of(issued(world), "Send the plan")
    if name in STAFF:
        done = complete_action(action, by=world[name], at=AT + HOUR, note="Received.")
        assert (done.done_at, done.done_by_id) == (AT + HOUR, world[name].user_id)
        [event] = Event.objects.filter(kind="memo.action_done")
        assert event.facts["text_sha256"] == fingerprint("Received.")
        return
    with pytest.raises(NotAllowed):
        complete_action(action, by=world[name], at=AT)


def test_the_owner_of_an_action_confirms_it(world: World) -> None:
    memo = issued(world, actions=(ActionText("Petra's", DUE, owner_id=world["petra"].user_id),))
    with pytest.raises(NotAllowed):
        complete_action(action_of(memo, "Petra's"), by=world["marianne"], at=AT)
    complete_action(action_of(memo, "Petra's"), by=world["petra"], at=AT)
    with pytest.raises(NotNow, match="done already"):
        complete_action(action_of(memo, "Petra's"), by=world["petra"], at=AT)


@pytest.mark.parametrize("note", [LONG, BAD])
def test_a_note_can_be_stored(world: World, note: str) -> None:
    with pytest.raises(Invalid) as refused:
        complete_action(action_of(issued(world), "Find a lead"), by=world["tom"], at=AT, note=note)
    assert set(refused.value.errors) == {"note"}


def test_an_action_binds_from_issue_to_the_successor(world: World) -> None:
    first = reviewed(world)
    with pytest.raises(NotNow, match="not issued"):
        complete_action(action_of(first, "Find a lead"), by=world["tom"], at=AT)
    first = issue_memo(first, by=world["tom"], at=AT)
    later = succeed_memo(first, by=world["petra"], at=AT)
    later = ask_review(later, by=world["petra"], at=AT, reviewer_id=world["ines"].user_id)
    later = review_memo(later, by=world["ines"], at=AT, agree=True)
    issue_memo(later, by=world["tom"], at=AT)
    with pytest.raises(NotNow, match="replaced"):
        complete_action(action_of(first, "Find a lead"), by=world["tom"], at=AT)


def test_a_memo_of_another_year_counts_from_one(world: World) -> None:
    assert issued(world).number == "M-2026-0001"
    assert issued(world).number == "M-2026-0002"
    late = OPENED + timedelta(days=60)
    memo = reviewed(world)
    moved = replace(contents(world, memo), actions=())
    memo = edit_memo(memo, by=world["tom"], at=AT, revision=memo.revision, contents=moved)
    memo = ask_review(memo, by=world["tom"], at=AT, reviewer_id=world["petra"].user_id)
    memo = review_memo(memo, by=world["petra"], at=AT, agree=True)
    assert issue_memo(memo, by=world["tom"], at=late).number == "M-2027-0001"


def test_a_contact_of_both_parties_is_forbidden_to_neither(world: World) -> None:
    """Anna speaks for both: her name in both copies tells neither anything."""
    Contact.objects.create(
        tenant=world.tenant, partner=world.partners["rheintor"], user=world["anna"].user
    )
    memo = reviewed(world)
    MemoCopy.objects.filter(memo=memo).update(body="Anna was at the meeting.")
    assert issue_memo(memo, by=world["tom"], at=AT).is_issued
