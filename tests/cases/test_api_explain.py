"""Why is it due then? Over the API, for the vendor's programs and a partner's."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from pytest_django.fixtures import DjangoAssertNumQueries

from cases.actions import acknowledge
from cases.api import examples
from cases.confidential import restrict
from cases.models import Case, Clock
from cases.pausing import pause, resume
from tests.api import Program, company, refused
from tests.factories import BERLIN_HOURS, OPENED, World, make_world

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor with hours in Berlin, whose scope is not in force."""
    return make_world(rules=BERLIN_HOURS)


@pytest.fixture
def case(vendor: World) -> Case:
    """A case of two parties, taken up when it was opened, Wednesday at ten in Berlin."""
    with vendor.scope():
        others = ((vendor.partners["rheintor"], "respondent"),)
        return acknowledge(vendor.case(at=OPENED, others=others), by=vendor["tom"], at=OPENED)


def clock_of(world: World, kind: str) -> UUID:
    """Return the clock of a kind."""
    with world.scope():
        found: UUID = Clock.objects.get(kind=kind).pk
        return found


def explained(world: World, program: Program, kind: str, after: timedelta = HOUR) -> Any:
    """Return what a program is answered."""
    with time_machine.travel(OPENED + after, tick=False):
        return program.get(f"clocks/{clock_of(world, kind)}/explain/")


def test_a_program_of_the_vendors_gets_all_of_it(vendor: World, case: Case) -> None:
    found = explained(vendor, Program(vendor, "tom"), "decision")
    steps = found.pop("steps")
    assert vendor.calendar is not None
    assert found == {
        "id": str(clock_of(vendor, "decision")),
        "case": str(case.pk),
        "kind": "decision",
        "state": "running",
        "subject": None,
        "text": "Due Fri 27 Nov 09:00 because it counts 16 h of business time from Wed 25 Nov"
        " 09:00: 7 h on Wednesday, 8 h on Thursday, 1 h on Friday.",
        "as_of": "2026-11-25T10:00:00Z",
        "known_since": None,
        "asks": {"id": str(vendor["tom"].user_id), "name": "Tom"},
        "level": {"id": str(vendor.levels[0].pk), "position": 1, "name": "Level 1"},
        "started_at": "2026-11-25T09:00:00Z",
        "cause": "opened",
        "window": "PT16H",
        "window_from": "level",
        "around_the_clock": False,
        "calendar": {
            "id": str(vendor.calendar.calendar_id),
            "name": "Hours",
            "version": 1,
            "timezone": "Europe/Berlin",
        },
        "rebased": None,
        "target_seconds": 57_600,
        "counted_seconds": 3600,
        "left_seconds": 54_000,
        "due_at": "2026-11-27T09:00:00Z",
        "derived_due_at": "2026-11-27T09:00:00Z",
        "agrees": True,
        "met_at": None,
        "breached_at": None,
        "ended_at": None,
        "pauses": [],
    }
    assert steps[0] == {
        "from": "2026-11-25T09:00:00Z",
        "to": "2026-11-25T16:00:00Z",
        "counted_seconds": 25_200,
        "total_seconds": 25_200,
        "why": "open",
        "dates": [],
        "pauses": [],
    }
    assert all(a["to"] == b["from"] for a, b in pairwise(steps))
    assert steps[-1]["to"] == found["due_at"]
    assert sum(step["counted_seconds"] for step in steps) == found["target_seconds"]


def stop(world: World, case: Case, at: datetime) -> None:
    """Pause the case for Alpenwerk's evidence."""
    with world.scope():
        pause(
            case,
            by=world["tom"],
            at=at,
            reason="evidence",
            partner_id=world.partners["alpenwerk"].pk,
            waits_for="The letter.",
            review_by=at + DAY,
        )


def test_what_stands_still_has_no_due_time(vendor: World, case: Case) -> None:
    stop(vendor, case, OPENED + HOUR)
    found = explained(vendor, Program(vendor, "tom"), "decision", 3 * HOUR)
    assert (found["due_at"], found["derived_due_at"], found["agrees"]) == (None, None, True)
    assert (found["counted_seconds"], found["left_seconds"]) == (3600, 54_000)
    [kept] = found["pauses"]
    assert (kept["reason"], kept["partner"], kept["ended_at"]) == (
        "evidence",
        str(vendor.partners["alpenwerk"].pk),
        None,
    )
    assert [step["why"] for step in found["steps"]] == ["open", "pause"]
    assert found["steps"][1]["pauses"] == [kept["id"]]
    looked = explained(vendor, Program(vendor, "tom"), "pause", 3 * HOUR)
    assert (looked["around_the_clock"], looked["calendar"]) == (True, None)
    assert (looked["cause"], looked["window_from"]) == ("paused", "person")


def test_a_partners_program_gets_nulls_for_what_is_the_vendors(vendor: World, case: Case) -> None:
    stop(vendor, case, OPENED + HOUR)
    whole = explained(vendor, Program(vendor, "tom"), "decision", 3 * HOUR)
    hidden = {"level": None, "window": None, "window_from": None}
    calendar = {**whole["calendar"], "id": None, "name": None}
    for name, partner, reason in (("anna", "alpenwerk", "evidence"), ("marc", "rheintor", None)):
        found = explained(vendor, company(vendor, name, partner), "decision", 3 * HOUR)
        pauses = [{**whole["pauses"][0], "partner": None, "reason": reason}]
        assert found == {**whole, **hidden, "calendar": calendar, "pauses": pauses}


def test_hidden_and_missing_answer_alike(vendor: World, case: Case) -> None:
    with vendor.scope():
        case = restrict(case, by=vendor["tom"], at=OPENED + HOUR, reason="Names a patient.")
    theirs, other = make_world(), clock_of(vendor, "decision")
    for program in (Program(vendor, "pavel"), Program(theirs, "tom"), Program(theirs, "ines")):
        answers = [
            refused(program.ask("get", f"clocks/{clock_id}/explain/"), 404)
            for clock_id in (other, uuid4())
        ]
        assert answers[0] == answers[1]
    assert Program(vendor, "petra").get(f"clocks/{other}/explain/")["kind"] == "decision"


def test_it_takes_the_scope_of_reading_cases(vendor: World, case: Case) -> None:
    program = Program(vendor, "tom", scopes=("me:read", "policy:read"))
    refused(program.ask("get", f"clocks/{clock_of(vendor, 'decision')}/explain/"), 403)


def test_the_example_is_true(vendor: World) -> None:
    """What the description shows: Friday half past four in New York, and an hour."""
    shown = examples.EXPLANATION
    steps = shown["steps"]
    assert set(shown) == set(explained_keys(vendor))
    assert sum(step["counted_seconds"] for step in steps) == shown["target_seconds"]
    assert (steps[0]["from"], steps[-1]["to"]) == (shown["started_at"], shown["due_at"])


def explained_keys(world: World) -> Any:
    """Return the names of what is answered."""
    with world.scope():
        world.case(at=OPENED)
    return explained(world, Program(world, "tom"), "response")


def test_as_many_queries_for_many_pauses_as_for_one(
    vendor: World, case: Case, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for program in (Program(vendor, "tom"), company(vendor, "anna", "alpenwerk")):
        counts: list[int] = []
        for total in (1, 3):
            for _ in range(total):
                stop(vendor, case, OPENED + HOUR)
                with vendor.scope():
                    resume(Case.objects.get(), by=vendor["tom"], at=OPENED + HOUR)
            with django_assert_max_num_queries(40) as captured:
                explained(vendor, program, "decision")
            counts.append(len(captured))
        assert counts[0] == counts[1]
