"""Programs ask for a re-base, look at what it would change, and answer."""

import pytest
from django.utils import timezone

from cases.models import Case, Clock
from ladder.models import Level
from tests.api import Program, pointers, refused
from tests.cases.rebases import WHY, WORD, second_admin
from tests.cases.verbs import HOUR
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock with two admins, and three cases whose windows became shorter."""
    made = make_world()
    with made.scope():
        second_admin(made)
        for _number in range(3):
            made.case(at=timezone.now() - HOUR)
        Level.objects.update(response_window="PT2H")
    return made


def test_one_asks_another_approves_and_the_clock_says_so(world: World) -> None:
    ines, olga = Program(world, "ines"), Program(world, "olga")
    ladder = str(world.ladder.pk)  # type: ignore[union-attr]
    made = ines.post("rebases/", {"ladder": ladder, "reason": WHY})
    assert (made["state"], made["ladder"], made["by"]["name"]) == ("waiting", ladder, "Ines")
    assert (made["counts"]["clocks"], made["counts"]["earlier"]) == (3, 3)
    url = f"rebases/{made['id']}/"
    row = olga.get(f"{url}clocks/?limit=1")["results"][0]
    assert (row["kind"], row["window"], row["window_then"]) == ("response", "PT4H", "PT2H")
    assert row["earlier"]
    refused(ines.ask("post", f"{url}approve/", {"word": WORD}), 403)
    done = olga.post(f"{url}approve/", {"word": WORD})
    assert (done["state"], done["changed"], done["counts"]) == ("done", 3, None)
    assert (done["answer"], done["word"], done["answered_by"]["name"]) == (
        "approved",
        WORD,
        "Olga",
    )
    refused(olga.ask("post", f"{url}turn-down/", {"word": WORD}), 409)
    assert olga.get(f"{url}clocks/")["results"] == []
    why = olga.get(f"clocks/{row['clock']}/explain/")
    assert (why["rebased"]["rebase"], why["due_at"], why["agrees"]) == (
        made["id"],
        row["due_then"],
        True,
    )
    partner = Program(world, "anna", partner_id=world.partners["alpenwerk"].pk)
    told = partner.get(f"clocks/{row['clock']}/explain/")
    assert told["rebased"] == {"at": why["rebased"]["at"], "rebase": None}


def test_pages_of_clocks_go_there_and_back(world: World) -> None:
    ines = Program(world, "ines")
    ladder = str(world.ladder.pk)  # type: ignore[union-attr]
    made = ines.post("rebases/", {"ladder": ladder, "reason": WHY})
    first = ines.get(f"rebases/{made['id']}/clocks/?limit=2")
    assert (len(first["results"]), first["previous"]) == (2, None)
    second = ines.get(first["next"].partition("/api/v1/")[2])
    assert (len(second["results"]), second["next"]) == (1, None)
    again = ines.get(second["previous"].partition("/api/v1/")[2])
    assert again["results"] == first["results"]
    broken = ines.ask("get", f"rebases/{made['id']}/clocks/?cursor=x")
    assert broken.status_code == 400


def test_the_list_is_asked_for_what_waits_or_for_one_thing(world: World) -> None:
    ines, olga = Program(world, "ines"), Program(world, "olga")
    with world.scope():
        case = str(Case.objects.order_by("id")[0].pk)
    one = ines.post("rebases/", {"case": case, "reason": WHY})
    other = ines.post("rebases/", {"ladder": str(world.ladder.pk), "reason": WHY})  # type: ignore[union-attr]
    olga.post(f"rebases/{one['id']}/turn-down/", {"word": "Not now."})
    listed = {
        query: [row["id"] for row in olga.get(f"rebases/{query}")["results"]]
        for query in ("", "?answered=false", "?answered=true", f"?case={case}")
    }
    assert listed == {
        "": [one["id"], other["id"]],
        "?answered=false": [other["id"]],
        "?answered=true": [one["id"]],
        f"?case={case}": [one["id"]],
    }
    assert olga.get("rebases/?answered=true")["results"][0]["state"] == "turned_down"
    with world.scope():
        Level.objects.update(response_window="PT3H")
    assert olga.get(f"rebases/{other['id']}/")["state"] == "stale"
    refused(olga.ask("post", f"rebases/{other['id']}/approve/", {"word": WORD}), 409)


def test_what_is_wrong_with_a_proposal_is_said(world: World) -> None:
    ines = Program(world, "ines")
    with world.scope():
        case = str(Case.objects.order_by("id")[0].pk)
        calendar = str(world.calendar.calendar_id)  # type: ignore[union-attr]
    assert set(pointers(ines.ask("post", "rebases/", {"reason": WHY}))) == {""}
    both = {"case": case, "calendar": calendar, "reason": WHY}
    assert set(pointers(ines.ask("post", "rebases/", both))) == {""}
    for name, ident in (("ladder", calendar), ("calendar", case), ("case", calendar)):
        sent = {name: ident, "reason": WHY}
        assert set(pointers(ines.ask("post", "rebases/", sent))) == {f"/{name}"}
    refused(ines.ask("post", "rebases/", {"calendar": calendar, "reason": WHY}), 409)
    with world.scope():
        assert set(Clock.objects.values_list("rebased_at", flat=True)) == {None}
