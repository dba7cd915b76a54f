"""How far a search of the list of cases looks, and the pages of a case's clocks."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from cases.listing import ended_of
from cases.models import Case, Clock
from cases.queries import MOST_WITH_WORDS
from tenants.ids import uuid7
from tests.api import Program, company, pointers
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


@pytest.fixture
def tom(vendor: World) -> Program:
    """Tom's program."""
    return Program(vendor, "tom")


# --- Words ----------------------------------------------------------------------------------------


@pytest.fixture
def crowd(vendor: World) -> Case:
    """An open case older than as many closed ones with its words as a search looks at."""
    with vendor.scope():
        case = vendor.case(title="Klinikum Isartal")
        copies = []
        for number in range(MOST_WITH_WORDS):
            copy = Case.objects.defer("search").get(pk=case.pk)
            copy.pk, copy.number, copy.status = uuid7(), f"OLD-{number}", "closed"
            copy.updated_at = case.updated_at + HOUR
            copies.append(copy)
        Case.objects.bulk_create(copies)
    return case


def test_what_is_over_does_not_crowd_out_what_is_open(
    vendor: World, tom: Program, crowd: Case
) -> None:
    found = {}
    for query in (
        *("", "&status=new", "&status=decided,new", "&ordering=due_at", "&status=closed"),
        *("&status=closed,resolved", "&status=new,closed"),
    ):
        page = tom.get(f"cases/?q=isartal&limit=200{query}")
        ids = [case["id"] for case in page["results"]]
        found[query] = (str(crowd.pk) in ids, len(ids), page["cut"])
    assert found == {
        "": (False, 200, True),
        "&status=new": (True, 1, False),
        "&status=decided,new": (True, 1, False),
        "&ordering=due_at": (True, 1, False),
        "&status=closed": (False, 200, True),
        "&status=closed,resolved": (False, 200, True),
        # Of both, only those that changed last are looked at: the answer says so.
        "&status=new,closed": (False, 200, True),
    }


def test_a_cut_search_says_so_on_each_of_its_pages_and_where_nothing_is_left(
    vendor: World, tom: Program, crowd: Case
) -> None:
    page = tom.get("cases/?q=isartal&limit=200")
    after = tom.get(page["next"].partition("/api/v1/")[2])
    assert (len(after["results"]), after["cut"]) == (200, True)
    none = tom.get("cases/?q=isartal&severity=s1")
    assert (none["results"], none["cut"]) == ([], True)


def test_what_is_not_searched_is_not_cut(vendor: World, tom: Program) -> None:
    with vendor.scope():
        vendor.case(title="Klinikum Isartal")
    for query in ("", "?q=isartal", "?q=nothing", "?status=new"):
        assert tom.get(f"cases/{query}")["cut"] is False, query
    assert company(vendor, "anna", "alpenwerk").get("cases/")["cut"] is False


@pytest.mark.parametrize(
    ("asked", "ended"),
    [
        ({}, None),
        ({"status": ["new"]}, False),
        ({"status": ["new", "in_progress", "decided"]}, False),
        ({"status": ["closed"]}, True),
        ({"status": ["withdrawn", "resolved"]}, True),
        ({"status": ["new", "closed"]}, None),
        ({"ordering": "due_at"}, False),
        ({"ordering": "updated_at"}, None),
        ({"ordering": "updated_at", "status": ["closed"]}, True),
    ],
)
def test_a_search_looks_only_at_what_is_asked_for(
    asked: dict[str, Any], ended: bool | None
) -> None:
    assert ended_of(asked) is ended


# --- Clocks ---------------------------------------------------------------------------------------


@pytest.fixture
def case(vendor: World) -> Case:
    """A case with many clocks of earlier turns, some begun in one instant."""
    with vendor.scope():
        case = vendor.case()
        like = Clock.objects.get(case=case, kind="response")
        for number in range(9):
            like.pk, like.state, like.next_fire_at = uuid7(), "ended", None
            like.anchor = case.opened_at + (number // 3) * HOUR
            like.kind = ("response", "decision", "update")[number % 3]
            like.ended_at = like.anchor + HOUR
            like.save(force_insert=True)
    return case


def in_order(world: World, case: Case) -> list[str]:
    """Return the clocks of a case as they started."""
    with world.scope():
        found = Clock.objects.filter(case=case).order_by("anchor", "kind", "id")
        return [str(ident) for ident in found.values_list("id", flat=True)]


@pytest.mark.parametrize("who", ["vendor", "partner"])
def test_the_clocks_of_a_case_are_walked_to_their_end_and_back(
    vendor: World, tom: Program, case: Case, who: str
) -> None:
    program = tom if who == "vendor" else company(vendor, "anna", "alpenwerk")
    whole = program.get(f"cases/{case.pk}/clocks/")
    assert (set(whole), whole["next"], whole["previous"]) == (
        {"results", "next", "previous"},
        None,
        None,
    )
    pages = [program.get(f"cases/{case.pk}/clocks/?limit=5")]
    while pages[-1]["next"]:
        pages.append(program.get(pages[-1]["next"].partition("/api/v1/")[2]))
    assert [len(page["results"]) for page in pages] == [5, 5, 2]
    assert [clock for page in pages for clock in page["results"]] == whole["results"]
    assert [clock["id"] for clock in whole["results"]] == in_order(vendor, case)
    for before, page in pairwise(pages):
        back = program.get(page["previous"].partition("/api/v1/")[2])
        assert back["results"] == before["results"]
    assert pages[0]["previous"] is None


def test_what_is_asked_of_clocks_is_read_to_the_letter(
    vendor: World, tom: Program, case: Case
) -> None:
    other = tom.get(f"cases/{case.pk}/messages/?limit=1")["next"] or "cursor=x"
    for query in ("limit=201", "limit=0", "cursor=x", f"cursor={other.partition('cursor=')[2]}"):
        answer = tom.ask("get", f"cases/{case.pk}/clocks/?{query}")
        assert list(pointers(answer)) == [f"?{query.partition('=')[0]}"], query
    assert list(pointers(tom.ask("get", f"cases/{case.pk}/clocks/?ordering=id"))) == ["?ordering"]
