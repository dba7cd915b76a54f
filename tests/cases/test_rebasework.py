"""An approved re-base is carried out: each case once, whatever happens to the worker."""

from datetime import timedelta
from typing import Any

import pytest

from cases import rebasework
from cases.models import Case, Clock
from cases.repair import differences
from cases.sweep import sweep
from journal.models import Event, Notice
from ladder.models import Level
from tests.cases.rebases import (
    approved,
    of_ladder,
    second_admin,
    two_admins,
    work,
)
from tests.cases.verbs import DAY, HOUR, LATER
from tests.factories import OPENED, ROUND_THE_CLOCK, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def always(db: None) -> World:
    """A vendor around the clock, with two admins."""
    return two_admins()


@pytest.fixture
def many(always: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """So many cases that a worker carries them out, in parts of two."""
    monkeypatch.setattr(rebasework, "FEW", 1)
    monkeypatch.setattr(rebasework, "AT_ONCE", 2)
    monkeypatch.setattr("cases.rebaselook.AT_ONCE", 2)
    with always.scope():
        for _number in range(5):
            always.case()
        Level.objects.update(response_window="PT2H")
    return always


def test_many_cases_are_a_workers_and_each_is_changed_once(many: World) -> None:
    with many.scope():
        rebase = approved(many, of_ladder(many))
        assert not rebase.done_at
        responses = Clock.objects.filter(kind="response")
        assert set(responses.values_list("due_at", flat=True)) == {OPENED + 4 * HOUR}
    assert work(many, rebase)
    with many.scope():
        rebase.refresh_from_db()
        assert (rebase.changed, rebase.done_at, rebase.stopped) == (5, LATER, False)
        assert set(Clock.objects.filter(kind="response").values_list("due_at", flat=True)) == {
            OPENED + 2 * HOUR
        }
        before = list(Clock.objects.order_by("id").values())
    assert work(many, rebase), "it is over"
    with many.scope():
        assert Event.objects.filter(kind="case.rebased").count() == 5
        assert list(Clock.objects.order_by("id").values()) == before
        told = Notice.objects.filter(event__kind="rebase.done", channel="bell")
        assert sorted(told.values_list("user__name", flat=True)) == ["Ines", "Olga"]


class KilledError(Exception):
    """The worker is gone."""


def test_a_worker_that_is_killed_in_between_leaves_nothing_undone_and_nothing_twice(
    many: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with many.scope():
        rebase = approved(many, of_ladder(many))
    done = rebasework.carry_one

    def killed_at_the_fourth(*args: Any) -> None:
        with many.scope():
            if Event.objects.filter(kind="case.rebased").count() == 3:
                raise KilledError
        done(*args)

    with monkeypatch.context() as patched:
        patched.setattr(rebasework, "carry_one", killed_at_the_fourth)
        with pytest.raises(KilledError):
            work(many, rebase)
    assert work(many, rebase), "within its minute somebody else leaves it alone"
    with many.scope():
        assert Event.objects.filter(kind="case.rebased").count() == 3
    assert work(many, rebase, at=LATER + 2 * timedelta(minutes=1))
    with many.scope():
        events = Event.objects.filter(kind="case.rebased")
        assert (events.count(), events.values("case_id").distinct().count()) == (5, 5)
        rebase.refresh_from_db()
        assert (rebase.changed, rebase.stopped) == (5, False)
        assert list(differences()) == []


def test_rules_that_change_on_the_way_stop_it_and_the_others_keep_what_they_have(
    many: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with many.scope():
        rebase = approved(many, of_ladder(many))
    done = rebasework.pass_by

    def changed_after_the_first_part(*args: Any) -> None:
        done(*args)
        Level.objects.update(response_window="PT3H")

    with monkeypatch.context() as patched:
        patched.setattr(rebasework, "pass_by", changed_after_the_first_part)
        assert work(many, rebase)
    with many.scope():
        rebase.refresh_from_db()
        assert (rebase.changed, rebase.stopped) == (2, True)
        assert Event.objects.filter(kind="case.rebased").count() == 2
        told = Notice.objects.filter(event__kind="rebase.stopped", channel="bell")
        assert sorted(told.values_list("user__name", flat=True)) == ["Ines", "Olga"]


def test_a_case_that_cannot_be_carried_out_stops_nobody_else(
    many: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with many.scope():
        rebase = approved(many, of_ladder(many))
        broken = Case.objects.order_by("id").first()
    done = rebasework.apply

    def refuses_one(plan: Any, *args: Any) -> None:
        if plan.case == broken:
            raise KeyError(plan.case.pk)
        done(plan, *args)

    monkeypatch.setattr(rebasework, "apply", refuses_one)
    assert work(many, rebase)
    assert "cannot be put on other rules" in caplog.text
    with many.scope():
        rebase.refresh_from_db()
        assert (rebase.changed, rebase.stopped) == (4, False)


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_what_was_approved_and_nobody_is_at_is_found_again(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(rebasework, "wake", lambda *ids: woken.append(ids))
    monkeypatch.setattr(rebasework, "FEW", 0)
    world = make_world(rules=ROUND_THE_CLOCK)
    with world.scope():
        second_admin(world)
        world.case()
        Level.objects.update(response_window="PT2H")
        rebase = approved(world, of_ladder(world))
    own = [(world.tenant.pk, rebase.pk)]
    assert woken == own, "when the approval has committed"
    assert rebasework.wake_lost(LATER) == 1
    assert woken == own * 2
    assert work(world, rebase)
    assert rebasework.wake_lost(LATER + DAY) == 0
    sweep(lambda: OPENED + 2 * HOUR + timedelta(seconds=1))
    with world.scope():
        assert Case.objects.select_related("level").get().level.position == 2
