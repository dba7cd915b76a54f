"""Issuing: what it asks for, what it writes, and what it will not tell one party of another."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cases.actions import revise
from cases.confidential import restrict
from cases.models import Case, Clock, Party
from journal.models import Event
from memos.actions.followup import acknowledge_memo, complete_action
from memos.actions.issue import issue_memo
from memos.actions.memo import ActionText, edit_memo, succeed_memo
from memos.actions.review import ask_review, review_memo
from memos.letters import KINDS
from memos.models import Memo, MemoAction, MemoCopy, MemoReceipt
from memos.proof import copy_facts, digest, memo_facts
from memos.queries import forbidden_to
from tenants.errors import Invalid, NotAllowed, NotNow
from tests.cases.verbs import HOUR, case_in, do
from tests.factories import BERLIN_HOURS, OPENED, World, make_calendar, make_person, make_world
from tests.memos.story import (
    AT,
    DUE,
    SECTIONS,
    action_of,
    asked,
    contents,
    issued,
    reviewed,
    two_parties,
)


def issue(world: World, memo: Memo, at: datetime = AT) -> Memo:
    """Issue a memo as Tom."""
    return issue_memo(memo, by=world["tom"], at=at)


def refused(world: World, memo: Memo, at: datetime = AT) -> dict[str, str]:
    """Return why a memo is not issued; nothing of it is written."""
    before = (Memo.objects.filter(pk=memo.pk).values().get(), Event.objects.count())
    with pytest.raises(Invalid) as problem:
        issue(world, memo, at)
    after = (Memo.objects.filter(pk=memo.pk).values().get(), Event.objects.count())
    assert before == after
    assert not Clock.objects.filter(kind="action").exists()
    return problem.value.errors


def test_an_issued_memo_is_complete_and_the_cases(world: World) -> None:
    memo = Memo.objects.get(pk=issued(world).pk)
    case = Case.objects.get(pk=memo.case_id)
    assert (memo.status, memo.number, memo.version) == ("issued", "M-2026-0001", 1)
    assert (memo.issued_by_id, memo.issued_at) == (world["tom"].user_id, AT)
    assert (memo.issued_level_id, case.memo_id) == (case.level_id, memo.pk)
    [event] = Event.objects.filter(kind="memo.issued")
    copies = MemoCopy.objects.filter(memo=memo)
    assert event.facts == {
        "memo": str(memo.pk),
        "number": "M-2026-0001",
        "version": 1,
        "sha256": memo.sha256,
        "copies": sorted(copy.sha256 for copy in copies),
        "position": 1,
    }


def test_anybody_can_make_the_hash_again_and_any_change_shows(world: World) -> None:
    memo = Memo.objects.get(pk=issued(world).pk)
    copies, actions = list(MemoCopy.objects.filter(memo=memo)), list(memo.actions.all())
    assert digest(memo_facts(memo, copies, actions)) == memo.sha256
    for copy in copies:
        assert digest(copy_facts(memo, copy, actions)) == copy.sha256
    assert len({memo.sha256, *(copy.sha256 for copy in copies)}) == 3
    for name in (*SECTIONS, "title", "number"):
        changed = Memo.objects.get(pk=memo.pk)
        setattr(changed, name, getattr(changed, name) + " ")
        assert digest(memo_facts(changed, copies, actions)) != memo.sha256
    # A copy's hash covers who issued it, and in which case, as the copy in print says.
    for name, other in (
        ("tenant_id", uuid4()),
        ("issued_by_id", world["petra"].user_id),
        ("case", Case(number="ESC-2026-9999")),
        ("number", "M-2026-0002"),
        ("version", 2),
    ):
        changed = Memo.objects.get(pk=memo.pk)
        setattr(changed, name, other)
        for copy in copies:
            assert digest(copy_facts(changed, copy, actions)) != copy.sha256, name
    actions[0].what += "."
    assert digest(memo_facts(memo, copies, actions)) != memo.sha256
    # The copy of who has nothing to do with the action stays as it is.
    same = {c.partner.slug: digest(copy_facts(memo, c, actions)) == c.sha256 for c in copies}
    assert same == {"alpenwerk": True, "rheintor": True}
    actions[1].what += "."
    same = {c.partner.slug: digest(copy_facts(memo, c, actions)) == c.sha256 for c in copies}
    assert same == {"alpenwerk": False, "rheintor": True}


@pytest.mark.parametrize("status", ["new", "in_progress", "decided", "resolved", "closed"])
def test_a_memo_is_issued_once_the_dispute_is_decided(world: World, status: str) -> None:
    case = case_in(world, "new" if status in ("resolved", "closed") else status)
    memo = asked(world, case)
    memo = review_memo(memo, by=world["petra"], at=AT, agree=True)
    for verb in {"resolved": ("resolve",), "closed": ("resolve", "close")}.get(status, ()):
        do(world, verb, case, at=AT)
    if status in ("new", "in_progress"):
        with pytest.raises(NotNow, match="has to be decided"):
            issue(world, memo)
        return
    assert issue(world, memo).is_issued


def test_a_decision_that_was_taken_up_again_is_not_issued(world: World) -> None:
    memo = reviewed(world)
    revise(memo.case, by=world["tom"], at=AT, reason="A new letter.")
    with pytest.raises(NotNow, match="has to be decided"):
        issue(world, memo)


def test_a_memo_without_a_review_is_not_issued(world: World) -> None:
    case = case_in(world, "decided")
    with pytest.raises(NotNow, match="has to review"):
        issue(world, asked(world, case))


def test_what_is_issued_is_what_was_seen(world: World) -> None:
    memo = reviewed(world)
    with pytest.raises(NotNow, match="changed since"):
        issue_memo(memo, by=world["tom"], at=AT, revision=memo.revision - 1)
    assert issue_memo(memo, by=world["tom"], at=AT, revision=memo.revision).is_issued


def test_the_deciding_level_issues_after_a_climb(world: World) -> None:
    case = two_parties(world)
    memo = asked(world, case)
    memo = review_memo(memo, by=world["petra"], at=AT, agree=True)
    do(world, "escalate", case, at=AT)
    do(world, "decide", case, at=AT, by="petra")
    with pytest.raises(NotAllowed):
        issue(world, memo)
    memo = issue_memo(memo, by=world["petra"], at=AT)
    assert memo.issued_level_id == world.levels[1].pk


# --- What it must say, and to whom ---


@pytest.mark.parametrize("text", ["", "  \n", "### Heading\n\n- \n\n1.\n"])
@pytest.mark.parametrize("name", ["dispute", "findings", "decision"])
def test_a_memo_says_what_was_disputed_found_and_decided(
    world: World, name: str, text: str
) -> None:
    memo = reviewed(world, sections={**SECTIONS, name: text})
    assert set(refused(world, memo)) == {f"sections.{name}"}


def test_risk_compensation_and_outcomes_may_be_empty(world: World) -> None:
    sections = {**SECTIONS, "risk": "", "compensation": "", "outcomes": ""}
    assert issued(world, sections=sections).is_issued


def test_every_party_reads_something(world: World) -> None:
    memo, rival = reviewed(world, copies=()), world.partners["rheintor"].pk
    MemoCopy.objects.filter(memo=memo, partner_id=rival).update(body="### What it is about\n")
    assert set(refused(world, memo)) == {f"copies[{rival}].body"}
    MemoCopy.objects.filter(memo=memo, partner_id=rival).delete()
    assert set(refused(world, memo)) == {f"copies[{rival}].body"}


FORBIDDEN = {
    "company": "As RHEINTOR said.",
    "company in bold": "As **Rhein**tor said.",
    "person": "As Marc said.",
    "address of the other": "Write to {marc}.",
    "address of staff": "Write to {tom}.",
    "address of an auditor": "Write to {pavel}",
}


@pytest.mark.parametrize("where", ["body", "title", "what"])
@pytest.mark.parametrize("way", sorted(FORBIDDEN))
def test_no_party_reads_of_another_or_of_staffs_addresses(
    world: World, way: str, where: str
) -> None:
    mails = {name: world[name].user.email for name in ("marc", "tom", "pavel")}
    text, own = FORBIDDEN[way].format(**mails), world.partners["alpenwerk"].pk
    memo = reviewed(world)
    mine = MemoCopy.objects.filter(memo=memo, partner_id=own)
    action = MemoAction.objects.filter(memo=memo, partner_id=own)
    rows = action if where == "what" else mine
    rows.update(**{where: text})
    here = f"actions[{action.get().pk}]" if where == "what" else f"copies[{own}]"
    errors = refused(world, memo)
    assert set(errors) == {f"{here}.{where}"}
    assert errors[f"{here}.{where}"].startswith("This party must not read: ")


def test_what_staff_do_and_what_the_other_reads_may_name_anybody(world: World) -> None:
    memo = reviewed(world)
    MemoAction.objects.filter(memo=memo, partner=None).update(what="Call Marc of Rheintor")
    rival = world.partners["rheintor"].pk
    MemoCopy.objects.filter(memo=memo, partner_id=rival).update(body="Rheintor and Marc: done.")
    Memo.objects.filter(pk=memo.pk).update(dispute="Alpenwerk v Rheintor, marc@rheintor.example")
    assert issue(world, Memo.objects.get(pk=memo.pk)).is_issued


def test_what_is_forbidden_to_whom(world: World) -> None:
    ids = {name: world.partners[name].pk for name in ("alpenwerk", "rheintor")}
    found = forbidden_to(ids.values())
    staff = sorted(
        world[name].user.email for name in ("ines", "tom", "petra", "marianne", "pavel", "ruth")
    )
    mine = found[ids["alpenwerk"]]
    assert (mine.companies, mine.people) == (("Rheintor",), ("Marc",))
    assert mine.addresses == (world["marc"].user.email, *staff)
    assert found[ids["rheintor"]].people == ("Anna",)


@pytest.mark.parametrize("gone", ["day", "person", "sight"])
def test_an_action_that_nobody_can_do_any_more_is_refused(world: World, gone: str) -> None:
    make_person(world, "nora", "staff")
    action = ActionText("Find a lead", DUE, owner_id=world["nora"].user_id)
    memo, at = reviewed(world, actions=(action,)), AT
    if gone == "day":
        at = datetime(2026, 12, 5, tzinfo=UTC)
    elif gone == "person":
        world["nora"].is_active = False
        world["nora"].save()
    else:
        restrict(memo.case, by=world["tom"], at=AT, reason="A name in it.")
    field = "due_on" if gone == "day" else "owner"
    assert set(refused(world, memo, at)) == {
        f"actions[{action_of(memo, 'Find a lead').pk}].{field}"
    }


# --- Clocks of actions ---


def test_each_action_has_its_clock_to_the_end_of_its_day(world: World) -> None:
    memo = issued(world)
    found = {c.subject: c for c in Clock.objects.filter(case_id=memo.case_id, kind="action")}
    own, theirs = action_of(memo, "Find a lead"), action_of(memo, "Send the plan")
    assert set(found) == {own.pk, theirs.pk}
    for clock in found.values():
        assert clock.due_at == datetime(2026, 12, 5, tzinfo=UTC)
        assert (clock.state, clock.thresholds, clock.assignment_id) == ("running", [75], None)
        # A partner's action asks who holds the case.
        assert clock.owner_id == world["tom"].user_id


def test_the_day_ends_where_the_cases_calendar_is(world: World) -> None:
    version = make_calendar(world, "Berlin", BERLIN_HOURS)
    case = two_parties(world)
    Case.objects.filter(pk=case.pk).update(calendar_version=version)
    memo = issued(world, Case.objects.get(pk=case.pk))
    clock = Clock.objects.get(subject=action_of(memo, "Find a lead").pk)
    assert clock.due_at == datetime(2026, 12, 4, 23, 0, tzinfo=UTC)


def test_an_action_of_today_is_due_tonight(world: World) -> None:
    today = ActionText("Today", OPENED.date(), owner_id=world["tom"].user_id)
    memo = issued(world, actions=(today,))
    assert Clock.objects.get(subject=action_of(memo, "Today").pk).due_at == datetime(
        2026, 11, 26, tzinfo=UTC
    )


def test_doing_it_meets_the_clock_late_too(world: World) -> None:
    memo = issued(world)
    complete_action(action_of(memo, "Find a lead"), by=world["tom"], at=AT + HOUR)
    late = datetime(2026, 12, 6, tzinfo=UTC)
    complete_action(action_of(memo, "Send the plan"), by=world["tom"], at=late)
    found = Clock.objects.filter(kind="action").order_by("met_at")
    assert [(c.state, c.met_at) for c in found] == [("met", AT + HOUR), ("breached", late)]


def test_a_successor_ends_the_clocks_of_what_it_replaces(world: World) -> None:
    first = issued(world)
    Clock.objects.filter(subject=action_of(first, "Send the plan").pk).update(
        state="breached", breached_at=AT, next_fire_at=None
    )
    later = succeed_memo(first, by=world["petra"], at=AT)
    later = ask_review(later, by=world["petra"], at=AT, reviewer_id=world["ines"].user_id)
    later = review_memo(later, by=world["ines"], at=AT, agree=True)
    later = issue(world, later, AT + HOUR)
    before = [action_of(first, what).pk for what in ("Find a lead", "Send the plan")]
    old = {c.subject: (c.state, c.ended_at) for c in Clock.objects.filter(subject__in=before)}
    assert old == {before[0]: ("ended", AT + HOUR), before[1]: ("breached", AT + HOUR)}
    running = Clock.objects.filter(kind="action", state="running")
    assert {c.subject for c in running} == set(later.actions.values_list("pk", flat=True))


@pytest.mark.parametrize("way", [("resolve",), ("resolve", "close"), ("withdraw",)])
def test_actions_outlive_the_case(world: World, way: tuple[str, ...]) -> None:
    memo = issued(world)
    for verb in way:
        do(world, verb, memo.case, at=AT + HOUR)
    running = Clock.objects.filter(case_id=memo.case_id, state="running", kind="action")
    assert running.count() == 2


# --- Resolving with a memo ---


@pytest.mark.parametrize("category", ["lead-routing", "territory"])
@pytest.mark.parametrize("text", ["", "As in memo M-2026-0001."])
def test_a_case_with_a_memo_is_resolved_with_or_without_a_line(
    world: World, category: str, text: str
) -> None:
    memo = issued(world, two_parties(world, category=world.categories[category]))
    do(world, "resolve", memo.case, at=AT + HOUR, resolution=text)
    case = Case.objects.get(pk=memo.case_id)
    assert (case.status, case.resolution) == ("resolved", text)


# --- Acknowledging ---


def test_a_person_of_a_party_says_once_that_it_has_read_its_copy(world: World) -> None:
    memo, own = issued(world), world.partners["alpenwerk"].pk
    receipt = acknowledge_memo(memo, by=world["anna"], at=AT + HOUR, partner_id=own)
    assert (receipt.copy.partner_id, receipt.user_id) == (own, world["anna"].user_id)
    [event] = Event.objects.filter(kind="memo.acknowledged")
    assert (event.audience, event.partner_id) == ("party", own)
    with pytest.raises(NotNow, match="already"):
        acknowledge_memo(memo, by=world["anna"], at=AT + HOUR, partner_id=own)
    assert MemoReceipt.objects.count() == 1


@pytest.mark.parametrize("name", ["tom", "pavel", "marc"])
def test_nobody_else_says_so_for_it(world: World, name: str) -> None:
    own = world.partners["alpenwerk"].pk
    with pytest.raises(NotAllowed):
        acknowledge_memo(issued(world), by=world[name], at=AT, partner_id=own)


def test_only_the_memo_in_force_is_acknowledged(world: World) -> None:
    own, memo = world.partners["alpenwerk"].pk, reviewed(world)
    with pytest.raises(NotNow, match="not issued"):
        acknowledge_memo(memo, by=world["anna"], at=AT, partner_id=own)
    memo = issue(world, memo)
    Case.objects.filter(pk=memo.case_id).update(memo_id=None)
    with pytest.raises(NotNow, match="replaced"):
        acknowledge_memo(memo, by=world["anna"], at=AT, partner_id=own)


def test_every_kind_of_event_has_words(world: World) -> None:
    assert {kind for kind in KINDS if not kind.startswith("memo.")} == set()
    facts: dict[str, Any] = {
        "person": str(world["tom"].user_id),
        "number": "M-2026-0001",
        "version": 2,
        "agree": True,
    }
    names = {world["tom"].user_id: "Tom"}
    said = {kind: words.sentence(facts, names) for kind, words in KINDS.items()}
    assert said["memo.review_asked"] == "asked Tom to review the memo."
    assert said["memo.issued"].startswith("issued memo M-2026-0001, version 2, which replaces")
    assert said["memo.returned"] == "took the memo back to draft."
    assert all(said.values())


def test_parties_are_read_from_the_case(world: World) -> None:
    """A party that was added after the draft reads something too, before the memo is issued."""
    memo = reviewed(world, world.case())
    rival = world.partners["rheintor"]
    Party.objects.create(tenant=world.tenant, case=memo.case, partner=rival, role="affected")
    assert set(refused(world, memo)) == {f"copies[{rival.pk}].body"}
    said = contents(world, memo)
    assert {copy.partner_id for copy in said.copies} >= {rival.pk}
    memo = edit_memo(memo, by=world["tom"], at=AT, revision=memo.revision, contents=said)
    memo = ask_review(memo, by=world["tom"], at=AT, reviewer_id=world["petra"].user_id)
    memo = review_memo(memo, by=world["petra"], at=AT, agree=True)
    assert issue(world, memo).is_issued


def test_two_vendors_count_their_memos_apart(db: None) -> None:
    for _ in range(2):
        world = make_world()
        with world.scope():
            assert issued(world).number == "M-2026-0001"


def test_a_day_far_ahead_is_bounded(world: World) -> None:
    far = AT.date() + timedelta(days=5 * 366)
    memo = issued(world, actions=(ActionText("Far", far, owner_id=world["tom"].user_id),))
    clock = Clock.objects.get(subject=action_of(memo, "Far").pk)
    assert clock.due_at.date() == far + timedelta(days=1)
