"""Two who change the policy over the API at the same instant."""

from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections

from ladder import actions
from tests.api import Program
from tests.factories import BERLIN_HOURS, ROUND_THE_CLOCK, World, make_world

NIGHT = {"timezone": "UTC", "weekly": {"mon": [["22:00", "06:00"]]}}
LEVEL = {"name": "One", "response_window": "PT4H", "decision_window": "PT8H"}


def statuses(world: World, monkeypatch: pytest.MonkeyPatch, held: str, *calls: Any) -> list[int]:
    """Return what two calls were answered, the first of which is held up inside `held` until the
    second has got as far as it gets."""
    inside, go_on, answers = Event(), Event(), []
    original = getattr(actions, held)

    def slowly(*facts: Any) -> Any:
        if not inside.is_set():
            inside.set()
            assert go_on.wait(30)
        return original(*facts)

    def make(method: str, path: str, body: Any, headers: dict[str, str]) -> None:
        program = Program(world, "ines")
        program.client.raise_request_exception = False
        answers.append(program.ask(method, path, body, **headers).status_code)
        connections.close_all()

    monkeypatch.setattr(actions, held, slowly)
    first, second = (Thread(target=make, args=call) for call in calls)
    first.start()
    assert inside.wait(30)
    second.start()
    second.join(1)
    go_on.set()
    for thread in (first, second):
        thread.join(30)
    return sorted(answers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
class TestAtOnce:
    """Of two that mean the same version, or take the same name, one is told so."""

    def test_hours_of_a_calendar(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = make_world()
        path = f"calendars/{world.calendar.calendar_id}/"  # type: ignore[union-attr]
        tag = Program(world, "ines").ask("get", path).headers["ETag"]
        calls: list[Any] = [
            ("put", path, {"name": "Hours", **hours}, {"If_Match": tag})
            for hours in (BERLIN_HOURS, NIGHT)
        ]
        assert statuses(world, monkeypatch, "write_calendar", *calls) == [200, 412]

    def test_a_new_calendar(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[Any] = [
            ("post", "calendars/", {"name": "New", **hours}, {})
            for hours in (NIGHT, ROUND_THE_CLOCK)
        ]
        assert statuses(make_world(), monkeypatch, "write_calendar", *calls) == [201, 400]

    def test_a_ladder(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = make_world()
        path = f"ladders/{world.ladder.pk}/"  # type: ignore[union-attr]
        tag = Program(world, "ines").ask("get", path).headers["ETag"]
        level = {**LEVEL, "holder": world["tom"].user.email}
        ladder = {"name": "Standard", "total_window": "PT100H", "levels": [level] * 3}
        calls = [
            ("put", path, {**ladder, "total_window": total}, {"If_Match": tag})
            for total in ("PT100H", "PT90H")
        ]
        assert statuses(world, monkeypatch, "read_directory", *calls) == [200, 412]

    def test_a_ladder_of_which_each_changes_one_thing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = make_world()
        path = f"ladders/{world.ladder.pk}/"  # type: ignore[union-attr]
        read = Program(world, "ines").ask("get", path)
        tag, shape = read.headers["ETag"], read.json()
        same = {name: value for name, value in shape.items() if name not in ("id", "flags")}
        calendar = str(world.calendar.calendar_id)  # type: ignore[union-attr]
        calls = [
            ("put", path, {**same, **change}, {"If_Match": tag})
            for change in ({"total_window": "PT90H"}, {"calendar": calendar})
        ]
        assert statuses(world, monkeypatch, "read_directory", *calls) == [200, 412]
