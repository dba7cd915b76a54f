"""The examples of a case and its verbs, lived through: what the description shows to be answered
is what is answered, to the minute, but for the ids."""

from typing import Any

import pytest
import time_machine

from cases.api import verb_examples as told
from cases.api.examples import LOGGED, OPENED, SENT, SENT_AGAIN, WHOLE
from escalation.api import described
from tests import lived
from tests.api import Program, company
from tests.factories import World, make_absence
from tests.lived import named, without_ids

pytestmark = pytest.mark.django_db
HANDED_UP, TAKEN = ("acknowledge", "escalate"), ("acknowledge",)
DECIDED = ("acknowledge", "decide")
RESOLVED = (*DECIDED, "resolve")
# Which verbs lead to where each verb is shown.
WAYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("escalate", "reassign", "hand_over", "decide", "withdraw"), TAKEN),
    **dict.fromkeys(("change_severity", "hold", "share_update", "pause", "add_party"), TAKEN),
    "acknowledge": (),
    "request_level": TAKEN,
    "decline_request": (*TAKEN, "request_level"),
    "hand_back": HANDED_UP,
    "revise": DECIDED,
    "resolve": DECIDED,
    "close": RESOLVED,
    "reopen": (*RESOLVED, "close"),
    "resume": (*TAKEN, "pause"),
    "keep_waiting": (*TAKEN, "pause"),
}
# Who acts, where it is not Tom; and when, where the answer does not say.
ACTORS = {"hand_back": "petra", "hold": "petra", "request_level": "anna"}
MOMENTS = {"request_level": "2026-11-12T10:00:00Z"}


@pytest.fixture
def vendor(db: None) -> World:
    """The vendor of the examples; its scope is not in force."""
    return lived.vendor()


def verbs() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return each verb of a case with its address and what is said of it."""
    start = "/api/v1/cases/{case_id}/"
    return {
        said["post"]["operationId"].removeprefix("cases_"): (path.removeprefix(start), said["post"])
        for path, said in described()["paths"].items()
        if path.startswith(start) and "post" in said and path != f"{start}messages/"
    }


VERBS = verbs()


def asked(verb: str) -> Any:
    """Return the example of what is sent with a verb; None for one that takes nothing."""
    body = VERBS[verb][1].get("requestBody")
    return body["content"]["application/json"]["examples"]["Request"]["value"] if body else None


def answered(verb: str) -> dict[str, Any]:
    """Return the example of what a verb answers."""
    content = VERBS[verb][1]["responses"]["200"]["content"]["application/json"]
    found: dict[str, Any] = content["examples"]["Answer"]["value"]
    return found


def act(world: World, verb: str, case_id: str) -> Any:
    """Carry out a verb as its example does, at its time; return the answer."""
    with time_machine.travel(MOMENTS.get(verb) or answered(verb)["updated_at"], tick=False):
        who = ACTORS.get(verb, "tom")
        program = company(world, who, "alpenwerk") if who == "anna" else Program(world, who)
        absence_id = None
        if verb == "hand_over":
            with world.scope():
                absence_id = make_absence(world, "tom", "grace").pk
        body = named(world, asked(verb), absence_id)
        return program.post(f"cases/{case_id}/{VERBS[verb][0]}", body)


def log(world: World) -> dict[str, Any]:
    """Log the dispute of the examples."""
    with time_machine.travel(OPENED, tick=False):
        found: dict[str, Any] = Program(world, "tom").post("cases/", LOGGED)
        return found


def test_what_is_logged_is_answered_as_shown(vendor: World) -> None:
    assert without_ids(log(vendor)) == without_ids(WHOLE)


def test_what_is_sent_again_is_answered_as_shown(vendor: World) -> None:
    log(vendor)
    with time_machine.travel(SENT_AGAIN["updated_at"], tick=False):
        path = f"cases/by-external-id/{LOGGED['source']}/{LOGGED['external_id']}/"
        assert without_ids(Program(vendor, "tom").put(path, SENT)) == without_ids(SENT_AGAIN)


def test_every_verb_of_a_case_is_lived_through() -> None:
    assert set(WAYS) == set(VERBS)


@pytest.mark.parametrize("verb", sorted(WAYS))
def test_a_verb_answers_what_is_shown(verb: str, vendor: World) -> None:
    case_id = log(vendor)["id"]
    for before in WAYS[verb]:
        act(vendor, before, case_id)
    assert without_ids(act(vendor, verb, case_id)) == without_ids(answered(verb))


def test_no_two_verbs_show_the_same() -> None:
    shown = [answered(verb) for verb in sorted(VERBS)]
    assert [one for one in shown if shown.count(one) > 1] == []
    assert told.WAITING["due_at"] == told.LOOK_AT
