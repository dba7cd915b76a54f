"""Cases by the id they have in another system: ids of every form, and whoever may not see them."""

from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.utils import timezone

from cases.confidential import restrict
from cases.models import Case
from tests.api import Program, pointers, refused
from tests.factories import World, make_person, make_world

IDS = ("A/7", "/A", "A/", "A//7", "2026/11/A 7?x=1#2", "50%2F3", "a/messages", "ü/7")
LEAD = {"category": "lead-routing", "title": "A lead"}


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor with a colleague who holds nothing; its scope is not in force."""
    world = make_world()
    with world.scope():
        make_person(world, "olga", "staff")
    return world


def lead(world: World, **others: Any) -> dict[str, Any]:
    """Return a dispute of Alpenwerk's to log."""
    return {**LEAD, "partner": str(world.partners["alpenwerk"].pk), **others}


def place(ident: str, *, plain: bool) -> str:
    """Return the address of an id, its slashes as they are or encoded as well."""
    return f"cases/by-external-id/crm/{quote(ident, safe='/' if plain else '')}/"


@pytest.mark.django_db
@pytest.mark.parametrize("ident", IDS)
@pytest.mark.parametrize("plain", [True, False], ids=["plain", "encoded"])
def test_a_case_is_reached_by_an_id_with_slashes(vendor: World, ident: str, plain: bool) -> None:
    crm, here = Program(vendor, "tom"), place(ident, plain=plain)
    made = crm.ask("put", here, lead(vendor))
    assert (made.status_code, made.json()["external_id"]) == (201, ident)
    for either in (True, False):
        assert crm.get(place(ident, plain=either)) == made.json()
    same = lead(vendor, title="Another", external_id=ident, source="crm")
    after = crm.ask("put", place(ident, plain=not plain), same, If_Match='"1"')
    assert (after.status_code, after.json()["version"]) == (200, 2)
    assert [case["id"] for case in crm.get("cases/")["results"]] == [made.json()["id"]]


@pytest.mark.django_db
def test_ids_that_differ_in_their_slashes_are_different(vendor: World) -> None:
    crm = Program(vendor, "tom")
    made = {ident: crm.put(place(ident, plain=True), lead(vendor))["id"] for ident in IDS}
    assert len(set(made.values())) == len(IDS)
    assert {i: crm.get(place(i, plain=False))["id"] for i in IDS} == made


@pytest.mark.django_db
def test_an_id_of_a_case_that_is_not_ones_to_see_is_taken_and_says_no_more(vendor: World) -> None:
    holder, other, here = Program(vendor, "tom"), Program(vendor, "pavel"), place("7", plain=True)
    case = holder.put(here, lead(vendor))["id"]
    colleague = Program(vendor, "olga")
    with vendor.scope():
        now = timezone.now()
        restrict(Case.objects.get(pk=case), by=vendor["tom"], at=now, reason="A name in it.")
    for program in (colleague, other):
        hidden, missing = (program.ask("get", place(i, plain=True)) for i in ("7", "8"))
        assert refused(hidden, 404) == refused(missing, 404)
    answer = colleague.ask("put", here, lead(vendor, title="Mine"))
    assert pointers(answer) == {"/external_id": "A case with this id was logged already."}
    assert colleague.get("cases/")["results"] == []
    assert holder.get(here)["title"] == "A lead"


@pytest.mark.django_db(transaction=True)
def test_a_server_reads_both_forms_alike(live_world: World, live_server: Any) -> None:
    crm = Program(live_world, "tom")
    case = crm.put(place("A/7", plain=True), lead(live_world))["id"]
    headers = {"Authorization": f"Bearer {crm.token}"}
    for path in ("A/7/", "A%2F7/", "A%2f7/"):
        connection = HTTPConnection(urlsplit(live_server.url).netloc, timeout=30)
        connection.request("GET", f"/api/v1/cases/by-external-id/crm/{path}", headers=headers)
        answer = connection.getresponse()
        assert (answer.status, case in answer.read().decode()) == (200, True), path
        connection.close()


@pytest.mark.django_db
def test_a_reason_for_another_severity_is_not_swallowed(vendor: World) -> None:
    crm, here = Program(vendor, "tom"), place("7", plain=True)
    told = {"severity": "s2", "severity_reason": "The press called."}
    crm.put(here, lead(vendor, **told))
    assert crm.put(here, lead(vendor, **told))["version"] == 1
    answer = crm.ask("put", here, lead(vendor, **{**told, "severity_reason": "Another."}))
    assert list(pointers(answer)) == ["/severity_reason"]


@pytest.mark.django_db
def test_another_impact_changes_the_score_and_not_the_severity(vendor: World) -> None:
    crm, here = Program(vendor, "tom"), place("7", plain=True)
    before = crm.put(here, lead(vendor, impact={"customers": 1}))
    after = crm.put(here, lead(vendor, impact={"customers": 9}))
    assert after["impact_score"] > before["impact_score"]
    assert after["severity"] == before["severity"]


@pytest.mark.django_db
def test_when_a_case_was_last_changed_never_goes_back(vendor: World) -> None:
    """Who waited for another to be done began before it, and is heard after it."""
    crm, here = Program(vendor, "tom"), place("7", plain=True)
    first = crm.put(here, lead(vendor))
    ahead = timezone.now() + timedelta(seconds=8)
    with vendor.scope():
        Case.objects.update(updated_at=ahead)
    after = crm.put(here, lead(vendor, title="B"))
    with vendor.scope():
        assert Case.objects.get().updated_at == ahead
    assert after["version"] == first["version"] + 1
    since = ahead.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert [case["title"] for case in crm.get(f"cases/?updated_since={since}")["results"]] == ["B"]
