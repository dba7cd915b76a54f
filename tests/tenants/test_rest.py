"""What every operation of the API does alike: input, tags, pages, limits, errors."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as BrokerError
from rest_framework import serializers

from journal.models import Event
from tenants.models import ApiToken
from tenants.rest.paging import Cursor, CursorField, cut
from tenants.rest.strict import AmountField, InstantField, StrictSerializer, flattened, pointer_to
from tests.api import Program, company, pointers, refused
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
LEAD = {"category": "lead-routing", "title": "A lead"}


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


@pytest.fixture
def crm(vendor: World) -> Program:
    """Tom's program."""
    return Program(vendor, "tom")


def lead(world: World, **others: Any) -> dict[str, Any]:
    """Return a dispute of Alpenwerk's to log."""
    return {**LEAD, "partner": str(world.partners["alpenwerk"].pk), **others}


# --- Input ------------------------------------------------------------------------------------


def test_an_unknown_field_is_refused_with_everything_else_that_is_wrong(
    vendor: World, crm: Program
) -> None:
    answer = crm.ask("post", "cases/", {"titel": "A lead", "severity": "s9", "category": "x"})
    found = pointers(answer)
    assert found["/titel"] == "There is no such field."
    assert set(found) == {"/titel", "/title", "/severity"}
    assert crm.get("cases/")["results"] == []


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("title", 7, "/title"),
        ("title", ["a"], "/title"),
        ("title", True, "/title"),
        ("title", "a\x00b", "/title"),
        ("title", "\ud800", "/title"),
        ("title", "x" * 201, "/title"),
        ("title", "  ", "/title"),
        ("ladder", 5, "/ladder"),
        ("impact", [], "/impact"),
        ("impact", {"customers": "1"}, "/impact/customers"),
        ("impact", {"customers": True}, "/impact/customers"),
        ("impact", {"decides_soon": 1}, "/impact/decides_soon"),
        ("impact", {"bogus": 1}, "/impact/bogus"),
        ("impact", {"revenue": "1,5"}, "/impact/revenue"),
        ("impact", {"revenue": -1}, "/impact/revenue"),
        ("parties", [{"partner": "x"}], "/parties/0/role"),
        ("amount", "1e400", "/amount"),
        ("amount", "NaN", "/amount"),
        ("amount", True, "/amount"),
        ("currency", "eur", "/currency"),
        ("source_url", "javascript:alert(1)", "/source_url"),
    ],
)
def test_a_wrong_value_is_refused_where_it_stands(
    vendor: World, crm: Program, field: str, value: Any, where: str
) -> None:
    assert list(pointers(crm.ask("post", "cases/", lead(vendor, **{field: value})))) == [where]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"\ud800": 1}, "/\\ud800"),
        ({"severity": "\ud800"}, "/severity"),
        ({"fields": {"\ud800": 1}}, "/fields/\\ud800"),
    ],
)
def test_half_a_character_is_refused_wherever_it_stands(
    vendor: World, crm: Program, given: dict[str, Any], where: str
) -> None:
    assert list(pointers(crm.ask("post", "cases/", lead(vendor, **given)))) == [where]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=0", "?limit"),
        ("limit=201", "?limit"),
        ("limit=x", "?limit"),
        ("colour=red", "?colour"),
        ("cursor=%00", "?cursor"),
        ("cursor=bm9wZQ", "?cursor"),
        ("cursor=" + "A" * 501, "?cursor"),
        ("ordering=title", "?ordering"),
        ("status=new,old", "?status"),
        ("updated_since=2026-11-25", "?updated_since"),
        ("updated_since=2026-11-25T09:00:00", "?updated_since"),
        ("owner=tom", "?owner"),
    ],
)
def test_a_wrong_parameter_is_refused_by_its_name(crm: Program, query: str, where: str) -> None:
    assert list(pointers(crm.ask("get", f"cases/?{query}"))) == [where]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "JSON parse error"),
        (b"\xff\xfe", "JSON parse error"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"title": NaN}', "JSON parse error"),
        (b'{"amount": ' + b"9" * 5_000 + b"}", "JSON parse error"),
    ],
)
def test_a_body_that_is_no_json_is_refused(crm: Program, body: bytes, said: str) -> None:
    url = "/api/v1/cases/"
    answer = crm.client.post(url, body, content_type="application/json")
    assert said in refused(answer, 400)["detail"]


@pytest.mark.parametrize("body", ["[]", '"a"', "1", "null"])
def test_a_body_that_is_no_object_is_refused(crm: Program, body: str) -> None:
    answer = crm.client.post("/api/v1/cases/", body, content_type="application/json")
    assert refused(answer, 400)["errors"]


def test_a_body_of_another_type_is_refused(crm: Program) -> None:
    answer = crm.client.post("/api/v1/cases/", b"title=A", content_type="text/plain")
    assert "Unsupported media type" in refused(answer, 415)["detail"]


def test_a_body_of_ten_megabytes_is_refused_before_it_is_read_into_memory(crm: Program) -> None:
    body = b'{"title": "' + b"x" * 10_000_000 + b'"}'
    answer = crm.client.post("/api/v1/cases/", body, content_type="application/json")
    assert refused(answer, 413)["detail"] == "A body of at most 2.5 MB."


def test_an_answer_of_another_type_is_not_to_be_had(crm: Program) -> None:
    refused(crm.ask("get", "me/", Accept="text/html"), 406)


def test_a_method_that_is_not_there_says_which_are(crm: Program) -> None:
    for method in ("put", "patch", "delete", "options", "trace"):
        answer = getattr(crm.client, method)("/api/v1/cases/")
        assert refused(answer, 405)["status"] == 405
        assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_an_address_that_is_not_there_is_a_problem_too(crm: Program) -> None:
    refused(crm.ask("get", "nothing/"), 404)


class Deep(StrictSerializer):
    """A field of each kind that is read in a way of its own."""

    at = InstantField(required=False)
    amount = AmountField(required=False)
    texts = serializers.ListField(child=serializers.CharField(), required=False)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"at": "2026-11-25T09:00:00"}, {"/at": "offset"}),
        ({"at": "0001-01-01T00:00:00+14:00"}, {"/at": "out of range"}),
        ({"at": 5}, {"/at": "type"}),
        ({"texts": ["a", 5, "b", None]}, {"/texts/1": "type"}),
        ({"amount": "ü"}, {"/amount": "Digits"}),
        ({"amount": {}}, {"/amount": "Digits"}),
        ({"amount": "9" * 41}, {"/amount": "Digits"}),
    ],
)
def test_what_each_field_refuses(given: Any, wrong: dict[str, str]) -> None:
    form = Deep(data=given)
    assert not form.is_valid()
    found = {e["pointer"]: e["detail"] for e in flattened(form.errors)}
    assert set(found) == set(wrong)
    assert all(word in found[where] for where, word in wrong.items())


def test_what_each_field_takes() -> None:
    form = Deep(data={"at": "2026-11-25T10:00:00+01:00", "amount": 12.5, "texts": []})
    assert form.is_valid()
    assert form.validated_data["at"].isoformat() == "2026-11-25T09:00:00+00:00"
    assert form.validated_data["amount"] == "12.5"
    assert Deep({"amount": "1"}).data == {"amount": "1"}


def test_a_place_becomes_a_pointer() -> None:
    assert pointer_to("levels[0].seats[1].user") == "/levels/0/seats/1/user"
    assert pointer_to("a/b.c~d") == "/a~1b/c~0d"
    assert pointer_to("/fields/a.b[0]~1c") == "/fields/a.b[0]~1c"
    assert pointer_to("") == ""


# --- Tokens ---------------------------------------------------------------------------------------


def test_a_scope_that_is_missing_is_named_and_the_denial_is_in_the_trail(vendor: World) -> None:
    reader = Program(vendor, "tom", scopes=("cases:read",))
    answer = reader.ask("post", "cases/", lead(vendor))
    assert refused(answer, 403)["detail"] == "The token lacks the scope cases:write."
    with vendor.scope():
        denied = Event.objects.get(kind="access.denied")
        assert denied.facts == {"view": "api-cases", "method": "POST"}


def test_an_expired_token_and_one_in_the_address_let_nobody_in(vendor: World, crm: Program) -> None:
    with vendor.scope():
        ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert refused(crm.ask("get", "cases/"), 401)["detail"] == "This token has expired."
    answer = Client().get(f"/api/v1/cases/?token={crm.token}")
    assert refused(answer, 401)["detail"] == "Authentication credentials were not provided."
    assert answer.headers["WWW-Authenticate"] == "Bearer"


# --- Tags -----------------------------------------------------------------------------------------


def test_a_change_is_for_the_version_that_was_read(vendor: World, crm: Program) -> None:
    made = crm.ask("post", "cases/", lead(vendor))
    case, tag = made.json()["id"], made.headers["ETag"]
    assert tag == '"1"'
    written = {"body": "Hello."}
    crm.post(f"cases/{case}/messages/", written)
    stale = crm.ask("post", f"cases/{case}/acknowledge/", If_Match=tag)
    assert 'Its tag is "2" now.' in refused(stale, 412)["detail"]
    for weak in ('W/"2"', '"1", "3"'):
        refused(crm.ask("post", f"cases/{case}/acknowledge/", If_Match=weak), 412)
    broken = crm.ask("post", f"cases/{case}/acknowledge/", If_Match="2")
    assert "entity tags in quotes" in refused(broken, 400)["detail"]
    done = crm.ask("post", f"cases/{case}/acknowledge/", If_Match='"1", "2"')
    assert (done.status_code, done.headers["ETag"]) == (200, '"3"')
    assert crm.post(f"cases/{case}/escalate/", {"reason": "Now."}, If_Match="*")["version"] == 4


def test_a_message_is_for_the_version_that_was_read_too(vendor: World, crm: Program) -> None:
    case = crm.post("cases/", lead(vendor))["id"]
    place, written = f"cases/{case}/messages/", {"body": "Hello."}
    assert crm.ask("post", place, written, If_Match='"1"').status_code == 201
    refused(crm.ask("post", place, written, If_Match='"1"'), 412)
    assert len(crm.get(place)["results"]) == 1


def test_a_partner_has_no_tags_so_none_is_right(vendor: World) -> None:
    anna = company(vendor, "anna", "alpenwerk")
    case = anna.post("cases/", LEAD)["id"]
    answer = anna.ask("post", f"cases/{case}/withdraw/", {"reason": "No."}, If_Match='"1"')
    assert "has no tag" in refused(answer, 412)["detail"]
    assert anna.get(f"cases/{case}/")["status"] == "new"


# --- Pages ----------------------------------------------------------------------------------------


def test_a_list_is_walked_to_its_end_and_back(vendor: World, crm: Program) -> None:
    made = [crm.post("cases/", lead(vendor, title=f"Lead {n}"))["id"] for n in range(5)]
    for ordering, wanted in (("updated_at", made), ("-updated_at", made[::-1]), ("due_at", made)):
        page = crm.get(f"cases/?limit=2&ordering={ordering}")
        assert page["previous"] is None
        walked, pages = [case["id"] for case in page["results"]], [page]
        while page["next"]:
            page = crm.get(page["next"].partition("/api/v1/")[2])
            walked += [case["id"] for case in page["results"]]
            pages.append(page)
        assert walked == wanted, ordering
        back = crm.get(page["previous"].partition("/api/v1/")[2])
        assert back["results"] == pages[-2]["results"]
        first = crm.get(back["previous"].partition("/api/v1/")[2])
        assert first["results"] == pages[0]["results"]
        assert (first["previous"], bool(first["next"])) == (None, True)


def test_a_cursor_of_another_list_is_refused(vendor: World, crm: Program) -> None:
    for _ in range(2):
        crm.post("cases/", lead(vendor))
    cursor = crm.get("cases/?limit=1")["next"].partition("cursor=")[2]
    assert list(pointers(crm.ask("get", f"cases/?ordering=due_at&cursor={cursor}"))) == ["?cursor"]
    assert list(pointers(crm.ask("get", f"partners/?cursor={cursor}"))) == ["?cursor"]
    at, some = "2026-11-25T09:00:00+00:00", str(uuid4())
    for values in (
        *(("soon", some), (at,), ("9" * 30, "x")),
        # What Python reads as an instant or an id, and the database does not.
        *(("2026-W48-3T09:00+00:00", some), ("2026-11-25T09:00:00+23:59", some)),
        *(("2026-11-25T09:00:00", some), (at, f"urn:uuid:{some}"), (at, f"0x{some[2:]}")),
    ):
        text = Cursor("-updated_at", values).text()
        for program in (crm, company(vendor, "anna", "alpenwerk")):
            answer = program.ask("get", f"cases/?cursor={text}")
            assert list(pointers(answer)) == ["?cursor"], values


def test_a_cursor_is_what_it_was() -> None:
    cursor = Cursor("id", ("a",), backwards=True)
    assert CursorField().run_validation(cursor.text()) == cursor
    for broken in ("e30", "WzFd", Cursor("id", ("\x00",)).text(), "é"):
        with pytest.raises(serializers.ValidationError):
            CursorField().run_validation(broken)


def test_a_page_of_nothing_has_no_neighbours() -> None:
    nothing: list[str] = []
    page = cut(nothing, 5, None, "id", lambda row: (row,))
    assert (list(page.rows), page.next, page.previous) == ([], None, None)


# --- Limits ---------------------------------------------------------------------------------------


def test_too_many_calls_wait_for_the_next_minute(
    crm: Program, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_CALLS_PER_MINUTE = 2
    monkeypatch.setattr("tenants.rest.limits.time.time", lambda: 1_800_000_050.0)
    first, second, third = (crm.ask("get", "me/") for _ in range(3))
    assert [first.headers[f"RateLimit-{n}"] for n in ("Limit", "Remaining", "Reset")] == [
        *("2", "1", "10"),
    ]
    assert second.headers["RateLimit-Remaining"] == "0"
    assert "throttled" in refused(third, 429)["detail"]
    assert third.headers["Retry-After"] == "10"
    monkeypatch.setattr("tenants.rest.limits.time.time", lambda: 1_800_000_060.0)
    assert crm.ask("get", "me/").status_code == 200


def test_calls_that_are_denied_are_counted_too(vendor: World, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 2
    program = Program(vendor, "tom", scopes=())
    with time_machine.travel(0, tick=False):
        answers = [program.ask("get", "cases/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [403, 403, 429, 429]
    assert answers[0].headers["RateLimit-Remaining"] == "1"
    with vendor.scope():
        assert Event.objects.filter(kind="access.denied").count() == 2


def test_without_the_server_that_counts_nobody_is_refused(
    crm: Program, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> None:
        raise BrokerError("gone")

    settings.API_CALLS_PER_MINUTE = 1
    monkeypatch.setattr("tenants.rest.limits.cache.add", gone)
    assert [crm.ask("get", "me/").status_code for _ in range(3)] == [200, 200, 200]
