"""Human numbers, and people who act at the same time: real connections, real locks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from cases.access import lock_case
from cases.models import Assignment, Case, Clock
from cases.sweep import sweep
from journal.models import Event
from tenants.errors import NotNow, Refused
from tests.cases.verbs import HOUR, LATER, do
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do things at the same time, each on its own connection; return what each gave or raised."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        barrier.wait(timeout=20)
        try:
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def within(world: World, act: Callable[[], Any]) -> Callable[[], Any]:
    """Return an act that runs in the vendor's scope."""

    def scoped() -> Any:
        with world.scope():
            return act()

    return scoped


def numbers(world: World) -> list[str]:
    """Return the numbers of a vendor's cases."""
    with world.scope():
        return sorted(Case.objects.values_list("number", flat=True))


def test_numbers_count_by_vendor_and_year(live_world: World) -> None:
    other = make_world()
    with live_world.scope():
        for at in (OPENED, OPENED, datetime(2027, 1, 1, tzinfo=UTC), OPENED):
            live_world.case(at=at)
    with other.scope():
        other.case()
    assert numbers(live_world) == [
        "ESC-2026-0001",
        "ESC-2026-0002",
        "ESC-2026-0003",
        "ESC-2027-0001",
    ]
    assert numbers(other) == ["ESC-2026-0001"]


def test_cases_opened_at_once_get_numbers_without_repetition_or_gap(live_world: World) -> None:
    def open_some() -> None:
        for number in range(5):
            try:
                with live_world.scope():
                    live_world.case()
                    if number == 2:
                        raise KeyError
            except KeyError:
                continue

    at_once(*[open_some] * 4)
    assert numbers(live_world) == [f"ESC-2026-{n:04d}" for n in range(1, 17)]


@pytest.mark.parametrize("verb", ["acknowledge", "decide", "escalate", "resolve", "withdraw"])
def test_of_two_who_do_the_same_at_once_one_does_it(live_world: World, verb: str) -> None:
    with live_world.scope():
        case = live_world.case()
    act = within(live_world, lambda: do(live_world, verb, case))
    answers = at_once(act, act)
    refused = [a for a in answers if isinstance(a, Refused)]
    assert len(refused) == 1
    with live_world.scope():
        kinds = Event.objects.exclude(kind="case.opened").values_list("kind", flat=True)
        assert len(kinds) == 1
        assert Assignment.objects.filter(case=case, ended_at=None).count() <= 1
        if verb != "escalate":  # the second was no longer the holder, else it was too late
            assert isinstance(refused[0], NotNow)


def test_an_answer_and_a_breach_race_and_one_wins(live_world: World) -> None:
    due = OPENED + 4 * HOUR
    with live_world.scope():
        cases = [live_world.case() for _ in range(6)]
    acts = [
        within(live_world, lambda c=case: do(live_world, "acknowledge", c, at=due))  # type: ignore[misc]
        for case in cases
    ]
    at_once(*acts, lambda: sweep(lambda: due, limit=2), lambda: sweep(lambda: due, limit=2))
    sweep(lambda: due)
    with live_world.scope():
        for case in cases:
            clock = Clock.objects.get(case=case, kind="response", anchor=OPENED)
            climbed = Event.objects.filter(case_id=case.pk, kind="case.escalated").count()
            breaches = Event.objects.filter(
                case_id=case.pk, kind="case.clock.breached", facts__kind="response"
            ).count()
            assert (clock.state, breaches) == ("breached", 1)
            assert climbed == (0 if clock.met_at else 1)


def test_two_sweepers_at_once_move_each_case_once(live_world: World) -> None:
    with live_world.scope():
        for _ in range(20):
            live_world.case()
    due = OPENED + 4 * HOUR
    at_once(*[lambda: sweep(lambda: due, limit=3)] * 3)
    with live_world.scope():
        assert Event.objects.filter(kind="case.escalated").count() == 20
        assert set(Case.objects.values_list("level__position", flat=True)) == {2}
        assert Assignment.objects.count() == 40


def test_a_case_that_somebody_holds_is_passed_over(live_world: World) -> None:
    with live_world.scope():
        first, second = live_world.case(), live_world.case()
    due = OPENED + 4 * HOUR
    with live_world.scope():
        lock_case(first)
        batches = sweep(lambda: due)
        assert [climb.number for batch in batches for climb in batch.climbs] == [second.number]
    batches = sweep(lambda: due + timedelta(seconds=1))
    assert [climb.number for batch in batches for climb in batch.climbs] == [first.number]
    assert due > LATER
