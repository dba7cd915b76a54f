"""Absences for programs."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case
from ladder.models import Absence, Seat
from tests.api import Program, company, pointers, refused
from tests.factories import FAR_AHEAD, OPENED, World, make_absence

DAY = timedelta(days=1)


def ids(world: World, **names: str) -> dict[str, str]:
    """Return people's ids by what they are named as."""
    return {field: str(world[name].user_id) for field, name in names.items()}


def test_one_records_ones_own_absence_from_now_on(world: World) -> None:
    made = Program(world, "tom").post("absences/", ids(world, delegate="petra"))
    assert made["person"] == {"id": str(world["tom"].user_id), "name": "Tom"}
    assert made["delegate"]["name"] == "Petra"
    assert (made["ends_at"], made["weekdays"], made["timezone"], made["leaves_empty"]) == (
        None,
        [],
        "Europe/Berlin",
        [],
    )
    assert Absence.objects.get().recorded_by_id == world["tom"].user_id


def test_days_of_the_week_a_zone_and_what_would_be_left_empty(world: World) -> None:
    given = {
        **ids(world, person="tom"),
        "starts_at": FAR_AHEAD.replace(year=2027).isoformat(),
        "ends_at": FAR_AHEAD.replace(year=2028).isoformat(),
        "weekdays": ["mon", "fri"],
        "timezone": "Asia/Riyadh",
        "note": "Part-time.",
    }
    made = Program(world, "ines").post("absences/", given)
    assert (made["weekdays"], made["timezone"], made["note"]) == (
        ["mon", "fri"],
        "Asia/Riyadh",
        "Part-time.",
    )
    [left] = made["leaves_empty"]
    assert (left["ladder"], left["level"]["position"], left["region"]) == ("Standard", 1, None)
    # The first Friday of 2027 begins in Riyadh at nine in the evening of UTC's last day of 2026.
    assert left["since"] == "2027-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"delegate": "tom"}, "/delegate"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "/ends_at"),
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"timezone": "Mars/Olympus", "weekdays": ["mon"]}, "/timezone"),
        ({"starts_at": "9999-01-01T00:00:00Z"}, "/starts_at"),
        ({"weekdays": ["someday"]}, "/weekdays/0"),
        ({"starts_at": "2026-11-30T09:00:00"}, "/starts_at"),
        ({"until": "2027-01-01T00:00:00Z"}, "/until"),
    ],
)
def test_wrong_input_is_named_by_field(world: World, body: dict[str, Any], pointer: str) -> None:
    if body.get("delegate"):
        body = ids(world, delegate="tom")
    answer = Program(world, "tom").ask("post", "absences/", body)
    assert set(pointers(answer)) == {pointer}
    assert not Absence.objects.exists()


def test_a_loop_is_refused_with_the_way(world: World) -> None:
    make_absence(world, "petra", "tom")
    answer = Program(world, "tom").ask("post", "absences/", ids(world, delegate="petra"))
    assert "Petra is away then too, and has named Tom." in pointers(answer)["/delegate"]


def test_only_an_admin_records_somebody_elses(world: World) -> None:
    body = ids(world, person="tom", delegate="marianne")
    assert refused(Program(world, "petra").ask("post", "absences/", body), 403)
    assert Program(world, "ines").post("absences/", body)["person"]["name"] == "Tom"


def test_an_absence_is_ended_once(world: World) -> None:
    row = make_absence(world, "tom", "petra")
    assert refused(Program(world, "petra").ask("post", f"absences/{row.pk}/end/", {}), 403)
    ended = Program(world, "tom").post(f"absences/{row.pk}/end/", {})
    assert ended["ended_at"] is not None
    assert refused(Program(world, "ines").ask("post", f"absences/{row.pk}/end/", {}), 409)


def test_the_list_hides_notes_from_colleagues_and_is_narrowed_to_a_person(world: World) -> None:
    make_absence(world, "tom", "petra", note="Surgery.")
    make_absence(world, "marianne", note="Sailing.")
    found = {n: Program(world, n).get("absences/")["results"] for n in ("ines", "tom", "petra")}
    notes = {name: [row["note"] for row in rows] for name, rows in found.items()}
    assert notes == {
        "ines": ["Sailing.", "Surgery."],
        "tom": ["", "Surgery."],
        "petra": ["", ""],
    }
    only = Program(world, "petra").get(f"absences/?person={world['tom'].user_id}")["results"]
    assert [row["person"]["name"] for row in only] == ["Tom"]
    assert Program(world, "petra").get(f"absences/{only[0]['id']}/")["delegate"]["name"] == "Petra"


def test_a_partners_token_learns_of_no_absence(world: World) -> None:
    row = make_absence(world, "tom", "petra")
    anna = company(world, "anna", "alpenwerk")
    for method, path in (
        ("get", "absences/"),
        ("get", f"absences/{row.pk}/"),
        ("post", "absences/"),
        ("post", f"absences/{row.pk}/end/"),
    ):
        assert refused(anna.ask(method, path, {} if method == "post" else None), 403)
    case = world.case(by="petra")
    theirs = anna.get(f"cases/{case.pk}/")
    assert (theirs["owner"]["name"], theirs["on_behalf_of"]) == ("Petra", None)
    assert "Tom" not in str(theirs)
    [listed] = anna.get("cases/")["results"]
    assert listed["on_behalf_of"] is None


def test_a_case_says_on_whose_behalf_its_owner_has_it(world: World) -> None:
    make_absence(world, "tom", "petra")
    case = world.case(by="marianne")
    reader = Program(world, "marianne")
    principal = {"id": str(world["tom"].user_id), "name": "Tom"}
    assert reader.get(f"cases/{case.pk}/")["on_behalf_of"] == principal
    assert reader.get("cases/")["results"][0]["on_behalf_of"] == principal
    assert reader.get("cases/")["results"][0]["owner"]["name"] == "Petra"
    events = reader.get(f"cases/{case.pk}/events/")["results"]
    assert events[-1]["facts"]["on_behalf_of"] == str(world["tom"].user_id)


def test_a_case_is_handed_over_by_a_program(world: World) -> None:
    case = world.case()
    row = make_absence(world, "tom", "petra", starts_at=OPENED + 4000 * DAY)
    body = {"absence": str(row.pk)}
    assert refused(Program(world, "marianne").ask("post", f"cases/{case.pk}/hand-over/", body), 403)
    handed = Program(world, "tom").post(f"cases/{case.pk}/hand-over/", body)
    assert (handed["owner"]["name"], handed["on_behalf_of"]["name"]) == ("Petra", "Tom")
    assert Case.objects.get(pk=case.pk).owner_id == world["petra"].user_id
    assert Seat.objects.filter(user=world["tom"].user).exists()
