"""The feed of what happened: in the order of the trail, and only of what a token may know."""

from typing import Any

import pytest

from cases import confidential
from cases.models import Case
from journal.seal import seal_batch
from tests.api import Program, company, refused
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])


@pytest.fixture
def vendor(transactional_db: None) -> World:
    """A vendor with a normal case, and a restricted one of which Ines knows nothing."""
    world = make_world()
    with world.scope():
        world.case()
        hidden = world.case(title="Names a patient")
        confidential.restrict(hidden, by=world["tom"], at=hidden.opened_at, reason="A patient.")
    return world


def sealed() -> None:
    """Give every event its place in the chain."""
    while seal_batch():
        pass


def kinds(program: Program, query: str = "") -> list[str]:
    """Return what a token reads in the feed."""
    return [event["kind"] for event in program.get(f"events/?{query}")["results"]]


def test_an_event_is_there_once_it_has_its_place(vendor: World) -> None:
    tom = Program(vendor, "tom")
    assert kinds(tom) == []
    sealed()
    assert kinds(tom) == ["case.opened", "case.opened", "case.restricted"]
    places = [event["seq"] for event in tom.get("events/")["results"]]
    assert places == sorted(places)
    assert kinds(tom, f"after={places[1]}") == ["case.restricted"]
    assert kinds(tom, f"after={places[2]}") == []


def test_it_is_walked_by_pages_and_narrowed(vendor: World) -> None:
    sealed()
    tom = Program(vendor, "tom")
    first = tom.get("events/?limit=2")
    rest = tom.get(first["next"].partition("/api/v1/")[2])
    assert ([e["kind"] for e in rest["results"]], rest["next"]) == (["case.restricted"], None)
    back = tom.get(rest["previous"].partition("/api/v1/")[2])
    assert back["results"] == first["results"]
    assert kinds(tom, "kind=case.restricted") == ["case.restricted"]
    case = first["results"][0]["case"]
    assert {e["case"] for e in tom.get(f"events/?case={case}")["results"]} == {case}


def test_who_need_not_know_of_a_case_reads_nothing_of_it(vendor: World) -> None:
    sealed()
    with vendor.scope():
        normal = Case.objects.get(confidentiality="normal")
    seen: list[dict[str, Any]] = Program(vendor, "ines").get("events/")["results"]
    assert {event["case"] for event in seen} == {str(normal.pk)}


def test_what_is_about_no_case_and_who_was_denied_what_is_for_who_oversees(vendor: World) -> None:
    tom, pavel = Program(vendor, "tom"), Program(vendor, "pavel")
    with vendor.scope():
        normal = Case.objects.get(confidentiality="normal")
    body = {"name": "Night", "timezone": "UTC", "weekly": {"mon": [["22:00", "06:00"]]}}
    Program(vendor, "ines").post("calendars/", body)
    refused(Program(vendor, "petra").ask("post", f"cases/{normal.pk}/acknowledge/"), 403)
    sealed()
    apart = {"policy.calendar_published", "access.denied"}
    assert apart & set(kinds(tom)) == set()
    assert apart <= set(kinds(pavel))
    own = [event["kind"] for event in tom.get(f"cases/{normal.pk}/events/")["results"]]
    assert own == ["case.opened"]
    overseen = pavel.get(f"cases/{normal.pk}/events/")["results"]
    assert [event["kind"] for event in overseen] == ["access.denied", "case.opened"]


def test_the_feed_is_not_for_partners(vendor: World) -> None:
    anna = company(vendor, "anna", "alpenwerk")
    assert refused(anna.ask("get", "events/"), 403)["detail"] == "This is not for partners."
