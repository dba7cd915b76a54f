"""A case that was over is taken up again: a new cycle, the earlier result as it was.

Who may, in which status, one event, its text: with all other verbs, by enumeration.
"""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from cases import actions
from cases.models import Assignment, Case, Clock, Result
from cases.reopening import reopen
from cases.sweep import sweep
from journal.models import Event, Notice
from tests.api import Program, company
from tests.cases.verbs import DAY, HOUR, LATER, case_in, do
from tests.escalation.browsing import browser
from tests.factories import OPENED, World, make_world
from tests.memos import story
from tests.portal.pages import get, plain

pytestmark = pytest.mark.django_db
MUCH_LATER = OPENED + 90 * DAY


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock."""
    return make_world()


def again(world: World, case: Case, by: str = "tom") -> Case:
    """Reopen a case long after."""
    return reopen(case, by=world[by], at=MUCH_LATER, reason="It broke again.")


def test_every_window_begins_anew_and_nothing_is_overdue(world: World) -> None:
    """The complaint: a reopened case overdue at once."""
    with world.scope():
        case = again(world, case_in(world, "closed"))
        assert (case.status, case.cycle, case.outcome) == ("in_progress", 2, "")
        running = Clock.objects.filter(case=case, state="running").order_by("due_at")
        assert [(c.kind, c.cycle, c.anchor, c.due_at) for c in running] == [
            ("response", 2, MUCH_LATER, MUCH_LATER + 4 * HOUR),
            ("decision", 2, MUCH_LATER, MUCH_LATER + 16 * HOUR),
            ("total", 2, MUCH_LATER, MUCH_LATER + 100 * HOUR),
        ]
        assert (case.due_at, case.due_missed) == (MUCH_LATER + 4 * HOUR, False)


def test_the_earlier_result_stays_as_it_was(world: World) -> None:
    with world.scope():
        case = case_in(world, "decided")
        do(world, "resolve", case)
        before = Clock.objects.filter(case=case).order_by("id").values("id", "state", "met_at")
        frozen = list(before)
        case = again(world, case)
        result = Result.objects.get()
        assert (result.cycle, result.outcome, result.resolved_at) == (1, "upheld", LATER)
        assert (result.owner_id, result.resolution) == (world["tom"].user_id, "Canary Text")
        assert case.resolved_at is None
        kept = {row["id"]: row for row in before.filter(cycle=1)}
        assert [kept[row["id"]]["met_at"] for row in frozen] == [row["met_at"] for row in frozen]
        do(world, "decide", case, at=MUCH_LATER, outcome="rejected")
        assert Result.objects.get().outcome == "upheld"
        for change in (lambda: Result.objects.update(outcome=""), result.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


def test_it_is_with_who_had_it_last_on_the_level_that_had_it_last(world: World) -> None:
    with world.scope():
        case = world.case()
        case = actions.escalate(case, by=world["tom"], at=OPENED, reason="Above me.")
        do(world, "resolve", case, by="petra")
        case = again(world, case, by="petra")
        turn = Assignment.objects.get(pk=case.turn_id)
        assert (turn.position, turn.owner_id, turn.cycle, turn.number) == (
            *(2, world["petra"].user_id),
            *(2, 3),
        )


def test_who_has_left_gets_nothing_back(world: World) -> None:
    with world.scope():
        case = case_in(world, "closed")
        world["tom"].is_active = False
        world["tom"].save()
        case = reopen(case, by=world["petra"], at=MUCH_LATER, reason="It broke again.")
        assert case.owner_id is None
        assert Event.objects.filter(kind="case.unowned").exists()


def test_everybody_concerned_is_told(world: World) -> None:
    with world.scope():
        reopen(case_in(world, "closed"), by=world["petra"], at=MUCH_LATER, reason="Again.")
        told = Notice.objects.filter(event__kind="case.reopened")
        assert set(told.values_list("user__name", flat=True)) == {"Tom", "Anna"}


def test_a_memo_of_the_earlier_cycle_does_not_resolve_the_new_one(world: World) -> None:
    with world.scope():
        memo = story.in_state(world, "issued")
        case = Case.objects.get(pk=memo.case_id)
        assert case.has_memo
        if case.is_open:
            do(world, "resolve", case, by="tom", at=MUCH_LATER - DAY)
        case = again(world, Case.objects.get(pk=memo.case_id))
        assert (case.memo_id, case.has_memo) == (memo.pk, False)
        assert Result.objects.get().memo_id == memo.pk


def test_pages_and_programs_show_what_it_came_to_before(world: World) -> None:
    with world.scope():
        case = case_in(world, "closed")
    crm = Program(world, "tom")
    shape = crm.post(f"cases/{case.pk}/reopen/", {"reason": "It broke again."})
    assert (shape["cycle"], shape["status"]) == (2, "in_progress")
    assert [(r["cycle"], r["resolution"]) for r in shape["earlier_results"]] == [(1, "Canary Text")]
    text = plain(browser(world, "tom").get(f"/t/{world.tenant.slug}/cases/{case.pk}/"))
    assert "What it came to before" in text
    assert "Cycle 1" in text
    own = company(world, "anna", "alpenwerk").get(f"cases/{case.pk}/")
    assert (own["cycle"], own["earlier_results"]) == (2, [])
    assert "Being worked on" in plain(get(world, "portal-case", case.pk))


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_what_a_memo_of_an_earlier_cycle_binds_people_to_do_is_still_noticed(
    transactional_db: None,
) -> None:
    """The sweep looks at a case of the second cycle that has an action of the first."""
    world = make_world()
    with world.scope():
        memo = story.in_state(world, "issued")
        case = Case.objects.get(pk=memo.case_id)
        if case.is_open:
            do(world, "resolve", case, by="tom")
        action = Clock.objects.filter(case=case, kind="action").order_by("due_at").first()
        assert action is not None
        before = action.due_at - timedelta(hours=1)
        reopen(Case.objects.get(pk=case.pk), by=world["tom"], at=before, reason="It broke again.")
    batches = sweep(lambda: action.due_at)
    with world.scope():
        assert [batch.stuck for batch in batches] == [0] * len(batches)
        assert Clock.objects.get(pk=action.pk).state == "breached"
