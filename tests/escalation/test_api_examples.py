"""Every operation shows what is sent and what is answered, and what it shows is as it says."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from escalation.api import described
from ladder.api.calendars import hours_of, preview
from ladder.serializers import PreviewInSerializer
from tenants.rest.operation import checked

JSON = "application/json"
# What a verb leads to: a status of a case, of a concession, of a memo, whatever it was before.
LEADS_TO: dict[str, dict[str, Any]] = {
    "cases_create": {"status": "new", "version": 1},
    "cases_acknowledge": {"status": "in_progress"},
    "cases_decide": {"status": "decided"},
    "cases_revise": {"status": "in_progress", "outcome": ""},
    "cases_resolve": {"status": "resolved"},
    "cases_close": {"status": "closed", "next_step": None},
    "cases_withdraw": {"status": "withdrawn", "next_step": None},
    "cases_reopen": {"status": "in_progress", "cycle": 2},
    "cases_request_level": {"version": None, "level": None},
    "concessions_create": {"state": "pending", "revision": 1},
    "concessions_decide": {"state": "approved"},
    "concessions_accept": {"state": "approved"},
    "concessions_change": {"state": "pending", "revision": 2},
    "concessions_withdraw": {"state": "withdrawn"},
    "memos_create": {"status": "draft", "number": "", "revision": 1},
    "memos_update": {"status": "draft", "number": "", "revision": 2},
    "memos_ask_review": {"status": "in_review", "reviewed_at": None},
    "memos_review": {"status": "in_review"},
    "memos_take_back": {"status": "draft", "reviewer": None},
    "memos_issue": {"status": "issued", "version": 1},
    "memos_succeed": {"status": "draft", "version": 2},
    "memos_acknowledge": {"status": "issued", "sections": None},
    "memos_action_done": {"status": "issued"},
    "calendars_update": {"version": 2},
}


def operations() -> Iterator[dict[str, Any]]:
    """Yield what is said of every operation."""
    for methods in described()["paths"].values():
        yield from methods.values()


OPERATIONS = {one["operationId"]: one for one in operations()}
EACH = pytest.mark.parametrize("name", sorted(OPERATIONS))


def sent(name: str) -> Any:
    """Return the JSON that an operation takes, as the description has it; None for none."""
    return OPERATIONS[name].get("requestBody", {}).get("content", {}).get(JSON)


def answered(name: str) -> dict[str, Any]:
    """Return the JSON that an operation answers when it did what was asked, by status."""
    responses = OPERATIONS[name]["responses"]
    return {
        code: said["content"][JSON]
        for code, said in responses.items()
        if code.startswith("2") and JSON in said.get("content", {})
    }


def values(content: Any) -> list[Any]:
    """Return the values of all examples of a body."""
    return [one["value"] for one in content.get("examples", {}).values()]


def answer_of(name: str) -> Any:
    """Return the one example of what an operation answers."""
    (value,) = values(next(iter(answered(name).values())))
    return value


@cache
def validator(schema: str) -> Draft202012Validator:
    """Return what checks values of a schema, formats too."""
    whole = {**json.loads(schema), "components": described()["components"]}
    return Draft202012Validator(whole, validate_formats=True, ignore_unknown_formats=False)


def wrong(content: Any) -> list[str]:
    """Return what is wrong with the examples of a body by its own schema."""
    check = validator(json.dumps(content["schema"]))
    found = [error for value in values(content) for error in check.iter_errors(value)]
    return [f"{error.instance_path}: {error.message}" for error in found]


def test_the_check_finds_what_is_wrong() -> None:
    schema = {"$ref": "#/components/schemas/Clock"}
    good = answer_of("cases_clocks")["results"][0]
    lacking = {k: v for k, v in good.items() if k != "id"}
    for value in ({**good, "id": "7"}, {**good, "due_at": "soon"}, lacking):
        assert wrong({"schema": schema, "examples": {"One": {"value": value}}}), value
    assert wrong({"schema": schema, "examples": {"One": {"value": good}}}) == []


@EACH
def test_what_is_sent_and_answered_is_shown_as_it_is_described(name: str) -> None:
    for content in [c for c in (sent(name), *answered(name).values()) if c is not None]:
        assert values(content), name
        assert wrong(content) == []


def test_every_answer_is_json_a_print_or_nothing() -> None:
    for name, one in OPERATIONS.items():
        for code, said in one["responses"].items():
            if code.startswith("2") and code not in answered(name):
                assert code == "204" or set(said["content"]) == {"application/pdf"}, name


def test_every_refusal_is_shown_as_it_is_described() -> None:
    for said in described()["components"]["responses"].values():
        for content in said["content"].values():
            assert values(content)
            assert wrong(content) == []


@pytest.mark.parametrize("name", sorted(LEADS_TO))
def test_what_a_verb_answers_is_what_it_leads_to(name: str) -> None:
    answer = answer_of(name)
    assert {field: answer[field] for field in LEADS_TO[name]} == LEADS_TO[name]


def test_no_verb_of_a_thing_shows_what_another_does() -> None:
    for kind in ("cases_", "memos_", "concessions_"):
        verbs = [n for n in LEADS_TO if n.startswith(kind)]
        shown = [answer_of(name) for name in verbs]
        assert [n for n, one in zip(verbs, shown, strict=True) if shown.count(one) > 1] == []


def test_a_memo_that_is_issued_has_its_number_and_hashes() -> None:
    issued = answer_of("memos_issue")
    assert issued["number"]
    assert issued["issued_by"]
    assert all(len(h) == 64 for h in (issued["sha256"], *(c["sha256"] for c in issued["copies"])))


def test_whoever_a_token_belongs_to_it_ends() -> None:
    assert answer_of("me_retrieve")["expires_at"]


def test_the_preview_of_a_window_is_what_is_answered() -> None:
    (asked,) = values(sent("calendars_preview"))
    given = checked(PreviewInSerializer, asked)
    found = preview(hours_of(given["calendar"]), given)
    assert json.loads(json.dumps(found, default=as_sent)) == answer_of("calendars_preview")


def as_sent(value: datetime) -> str:
    """Return an instant as it is sent."""
    return value.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("name", "due"), [("calendars_preview", "due_at"), ("clocks_explain", "derived_due_at")]
)
def test_the_steps_of_a_way_lead_to_its_end_and_add_up(name: str, due: str) -> None:
    way = answer_of(name)
    steps = way["steps"]
    assert sum(step["counted_seconds"] for step in steps) == way["target_seconds"]
    assert [step["to"] for step in steps[:-1]] == [step["from"] for step in steps[1:]]
    assert steps[-1]["to"] == way[due]


def test_whoever_is_shown_has_one_name_and_one_name_is_one_thing() -> None:
    shown = [one for name in OPERATIONS for one in answered(name).values()]
    names = {pair for one in shown for pair in pairs(one)}
    assert len({ident for ident, _name in names}) == len(names)
    assert len({name for _ident, name in names}) == len(names)


def pairs(value: Any) -> Iterator[tuple[str, str]]:
    """Yield everybody and everything in an example that has an id and a name."""
    if isinstance(value, dict):
        if set(value) == {"id", "name"}:
            yield value["id"], value["name"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from pairs(one)
