"""The examples of memos and concessions, lived through: what the description shows to be answered
is what is answered, but for ids and hashes."""

from typing import Any

import pytest
import time_machine

from cases.api.examples import LOGGED, OPENED
from escalation.api import described
from memos.api import concession_examples as conceded
from memos.api import examples as written
from tests import lived
from tests.api import Program, company
from tests.factories import World
from tests.lived import named, without_ids

pytestmark = pytest.mark.django_db
ASKED_AT, ANSWERED_AT = conceded.PENDING["requested_at"], conceded.DECISION["at"]
COUNTER = {"decision": "counter", "reason": "That is what we gave before.", "amount": "30000"}


@pytest.fixture
def vendor(db: None) -> World:
    """The vendor of the examples; its scope is not in force."""
    return lived.vendor()


def sent(name: str) -> Any:
    """Return the example of what is sent with a verb; None for one that takes nothing."""
    for methods in described()["paths"].values():
        for one in methods.values():
            if one["operationId"] == name and "requestBody" in one:
                content = one["requestBody"]["content"]["application/json"]
                return content["examples"]["Request"]["value"]
    return None


def ask(world: World, who: str, at: str, method: str, path: str, body: Any = None) -> Any:
    """Make a request as somebody at a time; return what was answered."""
    with time_machine.travel(at, tick=False):
        program = company(world, who, "alpenwerk") if who == "anna" else Program(world, who)
        if method == "get":
            return program.get(path)
        return getattr(program, method)(path, named(world, body))


def log(world: World) -> str:
    """Log the dispute of the examples; return its id."""
    return str(ask(world, "tom", OPENED, "post", "cases/", LOGGED)["id"])


def begin(world: World) -> tuple[str, str]:
    """Begin the memo of the dispute; return where both are."""
    case = log(world)
    made = ask(world, "tom", "2026-11-13T08:00:00Z", "post", "memos/", {"case": case})
    assert without_ids(made) == without_ids(written.BEGUN)
    return f"cases/{case}/", f"memos/{made['id']}/"


def put_to_review(world: World, memo: str) -> None:
    """Write a memo out, and ask a colleague."""
    for method, path, name, shown in (
        ("put", memo, "memos_update", written.WRITTEN),
        ("post", f"{memo}ask-review/", "memos_ask_review", written.ASKED),
    ):
        found = ask(world, "tom", "2026-11-13T09:00:00Z", method, path, sent(name))
        assert without_ids(found) == without_ids(shown)


def test_a_memo_is_answered_as_shown_from_its_beginning_to_its_correction(vendor: World) -> None:
    case, memo = begin(vendor)
    put_to_review(vendor, memo)
    word = {"outcome": "upheld", "reason": "Registered first."}
    ask(vendor, "tom", "2026-11-13T09:00:00Z", "post", f"{case}decide/", word)
    issued_at, done_at = written.ISSUED["issued_at"], written.DONE["actions"][0]["done_at"]
    for who, at, verb, shown in (
        ("petra", written.REVIEWED["reviewed_at"], "review", written.REVIEWED),
        ("tom", issued_at, "issue", written.ISSUED),
        ("anna", issued_at, "acknowledge", written.OWN),
    ):
        found = ask(vendor, who, at, "post", f"{memo}{verb}/", sent(f"memos_{verb}"))
        assert without_ids(found) == without_ids(shown), verb
    after = ask(vendor, "tom", issued_at, "post", f"{memo}succeed/")
    assert without_ids(after) == without_ids(written.CORRECTED)
    lead = ask(vendor, "tom", issued_at, "get", memo)["actions"][0]["id"]
    done = f"{memo}actions/{lead}/done/"
    found = ask(vendor, "tom", done_at, "post", done, sent("memos_action_done"))
    assert without_ids(found) == without_ids(written.DONE)


def test_a_memo_that_is_taken_back_is_answered_as_shown(vendor: World) -> None:
    _case, memo = begin(vendor)
    put_to_review(vendor, memo)
    found = ask(vendor, "tom", "2026-11-13T10:00:00Z", "post", f"{memo}take-back/")
    assert without_ids(found) == without_ids(written.TAKEN_BACK)


@pytest.fixture
def concession(vendor: World) -> str:
    """Where the concession of the examples is that Tom has asked for."""
    with vendor.scope():
        lived.empower(vendor)
    asked = {**sent("concessions_create"), "case": log(vendor)}
    made = ask(vendor, "tom", ASKED_AT, "post", "concessions/", asked)
    assert without_ids(made) == without_ids(conceded.PENDING)
    return f"concessions/{made['id']}/"


@pytest.mark.parametrize(
    ("who", "at", "verb", "shown"),
    [
        ("marianne", ANSWERED_AT, "decide", conceded.APPROVED),
        ("tom", conceded.CHANGED["requested_at"], "change", conceded.CHANGED),
        ("tom", ASKED_AT, "withdraw", conceded.WITHDRAWN),
    ],
)
def test_a_verb_of_a_concession_answers_what_is_shown(
    who: str, at: str, verb: str, shown: dict[str, Any], vendor: World, concession: str
) -> None:
    found = ask(vendor, who, at, "post", f"{concession}{verb}/", sent(f"concessions_{verb}"))
    assert without_ids(found) == without_ids(shown)


def test_a_counter_that_is_taken_is_answered_as_shown(vendor: World, concession: str) -> None:
    ask(vendor, "marianne", ANSWERED_AT, "post", f"{concession}decide/", COUNTER)
    found = ask(vendor, "tom", conceded.ACCEPTED["decided_at"], "post", f"{concession}accept/")
    assert without_ids(found) == without_ids(conceded.ACCEPTED)
