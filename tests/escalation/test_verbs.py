"""How what is possible now is called: every code a refusal names, on pages and over the API."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.api.addresses import VERBS
from cases.transitions import ALLOWED
from escalation.verbs import names_of, partners_words, verb_words, words_of
from memos import access, concession_access
from memos.api.addresses import OF_CONCESSION, OF_MEMO
from memos.models.concession import ConcessionState
from memos.models.memo import Memo, MemoStatus
from tests.api import Program, company, refused
from tests.cases.verbs import case_in, do
from tests.factories import World

ROOT = Path(__file__).resolve().parents[2]
APPS = ("tenants", "journal", "partners", "ladder", "cases", "memos", "portal", "escalation")


def named() -> Iterator[tuple[str, str]]:
    """Return every code that a `NotNow` of the product names, with where it does."""
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "NotNow":
                continue
            if len(node.args) > 1:
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                found = [n for n in ast.walk(node.args[1]) if isinstance(n, ast.Constant)]
                yield from ((str(one.value), place) for one in found)


def test_every_code_that_a_refusal_names_has_words() -> None:
    codes = list(named())
    assert len(codes) > 20
    assert [one for one in codes if one[0] not in verb_words()] == []


def test_whatever_a_status_allows_has_words() -> None:
    words = verb_words()
    assert [
        verb for verb in ALLOWED if verb not in {*words, "edit", "reconcile", "hand_over"}
    ] == []
    memos = [code for status in MemoStatus for code in access.allowed_in(Memo(status=status))]
    states = ConcessionState.values
    concessions = [code for state in states for code in concession_access.allowed_in(state)]
    assert set(memos + concessions) < set(words)


def test_a_program_is_told_the_names_of_addresses() -> None:
    # What only pages do, and what is a change of the thing itself, has no address.
    there = {*VERBS, *OF_CONCESSION, *OF_MEMO, "messages", "done", "turn-down"}
    no_address = {"complete", "restrict", "lift", "grant", "revoke", "memo.edit"}
    for code in set(verb_words()) - no_address:
        assert set(names_of([code], None)) <= there, code
    assert names_of(["hand_back", "request", "decline", "jump", "escalate"], None) == [
        "hand-back",
        "request-level",
        "decline-request",
        "escalate",
    ]


def test_a_partner_is_told_what_a_partner_may() -> None:
    every = list(verb_words())
    assert words_of(every, outside=True) == [
        partners_words()[code] for code in every if code in partners_words()
    ]


@pytest.mark.django_db
def test_the_api_names_to_a_partner_what_is_a_partner_s(world: World) -> None:
    with world.scope():
        case = case_in(world, "in_progress")
        do(world, "decide", case)
    given = {"reason": "It takes too long."}
    path = f"cases/{case.pk}/request-level/"
    anna = refused(company(world, "anna", "alpenwerk").ask("post", path, given), 409)
    assert {error["detail"] for error in anna["errors"]} == {"messages", "withdraw"}
    tom = Program(world, "tom").ask("post", f"cases/{case.pk}/acknowledge/")
    told = {error["detail"] for error in refused(tom, 409)["errors"]}
    assert {"messages", "decline-request"} <= told
    assert told.isdisjoint({"message", "decline", "request"})
