"""Every operation of the API against every kind of token, and no difference between hidden and
missing. The addresses come from Django's resolver, the methods from what each answers: a new one
without a line in the table fails.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import resolve

from cases import requests, retiming
from cases.models import Case, Clock, Override
from cases.today import rules_of_today
from ladder.models import Level
from tenants.models import Role
from tenants.scopes import DEFAULT_SCOPES
from tests.cases.rebases import of_ladder
from tests.escalation.browsing import PEOPLE, Address, addresses, left
from tests.factories import FAR_AHEAD, World, make_absence, make_rebase, make_token, make_world
from tests.memos import deals, story

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
COLUMNS = (
    *("admin", "holder", "other", "auditor", "custodian"),
    *("contact", "rival", "stranger", "nobody"),
)
TABLE: dict[tuple[str, str], str] = {
    ("api-absence", "GET"): "200 200 200 200 403 403 403 404 401",
    # Of Tom, the holder; Petra is to stand in.
    ("api-absence-end", "POST"): "200 200 403 403 403 403 403 404 401",
    ("api-absences", "GET"): "200 200 200 200 403 403 403 200 401",
    ("api-absences", "POST"): "201 201 403 403 403 403 403 400 401",
    ("api-calendar", "GET"): "200 200 200 200 403 403 403 404 401",
    ("api-calendar", "PUT"): "200 403 403 403 403 403 403 404 401",
    ("api-calendar-preview", "POST"): "200 200 200 200 403 403 403 200 401",
    ("api-calendars", "GET"): "200 200 200 200 403 403 403 200 401",
    ("api-calendars", "POST"): "201 403 403 403 403 403 403 201 401",
    ("api-case", "GET"): "200 200 200 200 403 200 404 404 401",
    ("api-case-acknowledge", "POST"): "403 200 403 403 403 403 403 404 401",
    ("api-case-change-severity", "POST"): "403 200 200 403 403 403 403 404 401",
    ("api-case-clocks", "GET"): "200 200 200 200 403 200 404 404 401",
    ("api-case-close", "POST"): "409 409 409 403 403 403 403 404 401",
    ("api-case-decide", "POST"): "403 409 403 403 403 403 403 404 401",
    ("api-case-decline-request", "POST"): "403 200 403 403 403 403 403 404 401",
    ("api-case-escalate", "POST"): "403 200 403 403 403 403 403 404 401",
    ("api-case-events", "GET"): "200 200 200 200 403 403 403 404 401",
    ("api-case-external", "GET"): "200 200 200 200 403 403 403 404 401",
    ("api-case-external", "PUT"): "200 200 200 403 403 403 403 400 401",
    ("api-case-hand-back", "POST"): "403 409 403 403 403 403 403 404 401",
    ("api-case-hand-over", "POST"): "200 200 403 403 403 403 403 404 401",
    ("api-case-hold", "POST"): "403 403 200 403 403 403 403 404 401",
    ("api-case-keep-waiting", "POST"): "409 409 409 403 403 403 403 404 401",
    ("api-case-messages", "GET"): "200 200 200 200 403 200 404 404 401",
    ("api-case-messages", "POST"): "201 201 201 403 403 201 404 404 401",
    ("api-case-parties", "POST"): "200 200 200 403 403 403 403 404 401",
    ("api-case-pause", "POST"): "409 409 409 403 403 403 403 404 401",
    ("api-case-reassign", "POST"): "200 200 200 403 403 403 403 404 401",
    ("api-case-request-level", "POST"): "403 403 403 403 403 409 404 404 401",
    ("api-case-reopen", "POST"): "409 409 409 403 403 403 403 404 401",
    ("api-case-resolve", "POST"): "403 409 403 403 403 403 403 404 401",
    ("api-case-resume", "POST"): "409 409 409 403 403 403 403 404 401",
    ("api-case-revise", "POST"): "403 409 403 403 403 403 403 404 401",
    ("api-case-updates", "POST"): "200 200 200 403 403 403 403 404 401",
    ("api-case-withdraw", "POST"): "200 200 200 403 403 200 404 404 401",
    ("api-cases", "GET"): "200 200 200 200 403 200 200 200 401",
    ("api-cases", "POST"): "201 201 201 403 403 201 400 400 401",
    ("api-categories", "GET"): "200 200 200 200 403 200 200 200 401",
    ("api-clock-explain", "GET"): "200 200 200 200 403 200 404 404 401",
    ("api-concession", "GET"): "200 200 200 200 403 403 403 404 401",
    ("api-concession-accept", "POST"): "403 409 403 403 403 403 403 404 401",
    ("api-concession-change", "POST"): "403 200 403 403 403 403 403 404 401",
    ("api-concession-decide", "POST"): "403 403 200 403 403 403 403 404 401",
    ("api-concession-withdraw", "POST"): "403 200 403 403 403 403 403 404 401",
    ("api-concessions", "GET"): "200 200 200 200 403 403 403 200 401",
    ("api-concessions", "POST"): "201 201 201 403 403 403 403 400 401",
    ("api-events", "GET"): "200 200 200 200 403 403 403 200 401",
    ("api-ladder", "GET"): "200 200 200 200 403 403 403 404 401",
    ("api-ladder", "PUT"): "200 403 403 403 403 403 403 404 401",
    ("api-ladders", "GET"): "200 200 200 200 403 403 403 200 401",
    ("api-ladders", "POST"): "201 403 403 403 403 403 403 400 401",
    ("api-me", "GET"): "200 200 200 200 200 200 200 200 401",
    ("api-memo", "GET"): "200 200 200 200 403 404 404 404 401",
    ("api-memo", "PUT"): "200 200 200 403 403 403 403 404 401",
    ("api-memo-acknowledge", "POST"): "403 403 403 403 403 404 404 404 401",
    ("api-memo-action-done", "POST"): "409 409 409 403 403 403 403 404 401",
    ("api-memo-ask-review", "POST"): "409 409 409 403 403 403 403 404 401",
    ("api-memo-issue", "POST"): "403 409 403 403 403 403 403 404 401",
    ("api-memo-pdf", "GET"): "200 200 200 200 403 404 404 404 401",
    ("api-memo-review", "POST"): "403 403 200 403 403 403 403 404 401",
    ("api-memo-succeed", "POST"): "409 409 409 403 403 403 403 404 401",
    ("api-memo-take-back", "POST"): "200 200 200 403 403 403 403 404 401",
    ("api-memos", "GET"): "200 200 200 200 403 200 200 200 401",
    ("api-memos", "POST"): "201 201 201 403 403 403 403 400 401",
    ("api-partner", "GET"): "200 200 200 200 403 200 404 404 401",
    # Of Tom's; Petra holds the level above.
    ("api-override", "GET"): "200 200 200 200 403 403 403 404 401",
    ("api-override-reconcile", "POST"): "200 403 200 403 403 403 403 404 401",
    ("api-overrides", "GET"): "200 200 200 200 403 403 403 200 401",
    # Of the ladder's clocks, asked for by another admin than Ines.
    ("api-rebase", "GET"): "200 200 200 200 403 403 403 404 401",
    ("api-rebase-approve", "POST"): "200 403 403 403 403 403 403 404 401",
    ("api-rebase-clocks", "GET"): "200 200 200 200 403 403 403 404 401",
    ("api-rebase-turn-down", "POST"): "200 403 403 403 403 403 403 404 401",
    ("api-rebases", "GET"): "200 200 200 200 403 403 403 200 401",
    ("api-rebases", "POST"): "201 403 403 403 403 403 403 400 401",
    ("api-partners", "GET"): "200 200 200 200 403 200 200 200 401",
    ("api-partners", "POST"): "201 403 403 403 403 403 403 201 401",
}
SAID_TO_ALL = ("api-schema", "api-docs")
ALL = sorted(
    (a for a in addresses() if a.name.startswith("api-") and a.name not in SAID_TO_ALL),
    key=lambda address: address.name,
)
ANY: dict[str, Any] = {
    "partner_id": uuid4(),
    "calendar_id": uuid4(),
    "ladder_id": uuid4(),
    "case_id": uuid4(),
    "clock_id": uuid4(),
    "concession_id": uuid4(),
    "memo_id": uuid4(),
    "action_id": uuid4(),
    "absence_id": uuid4(),
    "override_id": uuid4(),
    "rebase_id": uuid4(),
    "source": "crm",
    "external_id": "X-1",
}
REASON = {"reason": "Because."}
BERLIN = {"timezone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}}


def methods_of(address: Address) -> list[str]:
    """Return the methods an address answers."""
    view: Any = resolve(address.url(ANY)).func
    return [m.upper() for m in ("get", "post", "put") if hasattr(view.view_class, m)]


OPERATIONS = [(address, method) for address in ALL for method in methods_of(address)]


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """Stop the clock, so that two answers differ by nothing but what they were asked for."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ours(db: None) -> World:
    """The vendor whose addresses are asked for; its scope is not in force."""
    return make_world()


@pytest.fixture
def theirs(ours: World) -> World:
    """Another vendor."""
    return make_world()


def things_of(world: World) -> dict[str, Any]:
    """Return what the names in a path stand for: a case of Tom's with a concession that he asked
    for, and another one's memo that Petra is asked to review."""
    with world.scope():
        deals.empower(world)
        case = world.case(at=NOW, source_system="crm", external_id="X-1")
        requests.request_level(
            case,
            by=world["anna"],
            at=NOW,
            partner_id=world.partners["alpenwerk"].pk,
            reason="It takes long.",
        )
        memo = story.in_state(world, "in_review")
        other = world.case(at=NOW, title="Held outside the rules")
        until = NOW + timedelta(days=1)
        retiming.hold(other, by=world["tom"], at=NOW, until=until, override=True, **REASON)
        Level.objects.update(response_window="PT2H")
        rules = of_ladder(world).rules(rules_of_today())
        return {
            "rebase_id": make_rebase(world, by="petra", rules=rules).pk,
            "partner_id": world.partners["alpenwerk"].pk,
            "calendar_id": world.calendar.calendar_id,  # type: ignore[union-attr]
            "ladder_id": world.ladder.pk,  # type: ignore[union-attr]
            "case_id": case.pk,
            "clock_id": Clock.objects.get(case_id=case.pk, kind="response").pk,
            "concession_id": deals.ask(world, Case.objects.get(pk=case.pk), at=NOW).pk,
            "memo_id": memo.pk,
            "action_id": story.action_of(memo, "Send the plan").pk,
            "absence_id": make_absence(world, "tom", "petra", starts_at=FAR_AHEAD).pk,
            "override_id": Override.objects.get().pk,
            "source": "crm",
            "external_id": "X-1",
        }


def body_of(name: str, world: World, things: dict[str, Any]) -> Any:
    """Return a body that is right for one operation."""
    alpenwerk, rheintor = (str(world.partners[n].pk) for n in ("alpenwerk", "rheintor"))
    case = {"partner": alpenwerk, "category": "lead-routing", "title": "A lead"}
    level = {
        "name": "One",
        "holder": world["tom"].user.email,
        "response_window": "PT4H",
        "decision_window": "PT8H",
    }
    ladder = {"name": "Another", "total_window": "PT100H", "levels": [level]}
    ask = {"kind": "fee", "amount": "90", "currency": "EUR", **REASON}
    partner = {"slug": "new", "name": "New", "kind": "reseller", "region": "dach"}
    return {
        "api-partners": partner,
        "api-calendars": {"name": "Berlin", **BERLIN},
        "api-calendar": {"name": "Hours", **BERLIN},
        "api-calendar-preview": {
            "calendar": BERLIN,
            "start": "2026-11-23T09:00:00+01:00",
            "window": "PT4H",
        },
        "api-ladders": ladder,
        "api-ladder": {**ladder, "name": "Standard", "levels": [level] * 3},
        "api-absences": {"person": str(world["tom"].user_id)},
        "api-absence-end": {},
        "api-case-hand-over": {"absence": str(things["absence_id"])},
        "api-cases": case,
        "api-case-external": case,
        "api-case-acknowledge": {},
        "api-case-close": {},
        "api-case-reassign": {"to": str(world["petra"].user_id), **REASON},
        "api-case-decide": {"outcome": "upheld", **REASON},
        "api-case-resolve": {"resolution": "Done."},
        "api-case-decline-request": {"partner": alpenwerk, **REASON},
        "api-case-pause": {
            "reason": "answer",
            "partner": alpenwerk,
            "waits_for": "The letter.",
            "review_by": "2026-12-02T09:00:00Z",
        },
        "api-case-resume": {},
        "api-case-updates": {"happened": "Both dates are known.", "next_step": "Petra looks."},
        "api-rebases": {"ladder": str(things["ladder_id"]), **REASON},
        "api-rebase-approve": {"word": "Yes."},
        "api-rebase-turn-down": {"word": "No."},
        "api-override-reconcile": {"finding": "mistake", "learned": "Ask Petra first."},
        "api-case-hold": {"until": "2026-11-26T09:00:00Z", **REASON},
        "api-case-change-severity": {"severity": "s1", **REASON},
        "api-case-keep-waiting": {"review_by": "2026-12-02T09:00:00Z"},
        "api-case-parties": {"partner": rheintor, "role": "affected"},
        "api-case-messages": {"body": "Hello."},
        "api-concessions": {"case": str(things["case_id"]), **ask},
        "api-concession-decide": {"decision": "approve", **REASON},
        "api-concession-accept": {},
        "api-concession-change": ask,
        "api-memos": {"case": str(things["case_id"])},
        "api-memo": {"title": "T", "sections": {}},
        "api-memo-ask-review": {"reviewer": str(world["petra"].user_id)},
        "api-memo-review": {"agree": True},
        "api-memo-take-back": {},
        "api-memo-issue": {},
        "api-memo-succeed": {},
        "api-memo-acknowledge": {},
        "api-memo-action-done": {},
    }.get(name, REASON)


def token_of(world: World, name: str) -> str:
    """Make a token of a person's with every scope of their role."""
    with world.scope():
        member = world[name]
        company = {"anna": "alpenwerk", "marc": "rheintor"}.get(name)
        partner = world.partners[company].pk if company else None
        scopes = list(DEFAULT_SCOPES[Role(member.role)])
        return make_token(member, scopes=scopes, partner_id=partner)


def client_of(column: str, world: World, stranger: World) -> Client:
    """Return the program of one column of the table."""
    if column == "nobody":
        return Client()
    secret = token_of(stranger, "ines") if column == "stranger" else token_of(world, PEOPLE[column])
    return Client(headers={"Authorization": f"Bearer {secret}"})


def ask(client: Client, method: str, url: str, body: Any = None) -> Any:
    """Make one request and take back what it did."""
    with transaction.atomic():
        if method == "GET":
            answer = client.get(url)
        else:
            send = client.post if method == "POST" else client.put
            answer = send(url, json.dumps(body), content_type="application/json")
        transaction.set_rollback(True)
    return answer


def test_every_operation_is_in_the_table() -> None:
    assert sorted((a.name, m) for a, m in OPERATIONS) == sorted(TABLE)


def test_every_token_gets_what_the_table_says(ours: World, theirs: World) -> None:
    things = things_of(ours)
    clients = [client_of(column, ours, theirs) for column in COLUMNS]
    found = {}
    for address, method in OPERATIONS:
        url, body = address.url(things), body_of(address.name, ours, things)
        answers = [str(ask(client, method, url, body).status_code) for client in clients]
        found[address.name, method] = " ".join(answers)
    assert found == TABLE


def compared(answer: Any, things: dict[str, Any], address: Address) -> Any:
    """Return what two answers can be compared by: all but the ids they were asked with, and how
    many calls are left."""
    status, headers, body = left(answer, *(things[name] for name in address.arguments))
    return status, {k: v for k, v in headers.items() if not k.startswith("RateLimit-")}, body


OF_THINGS = [(a, m) for a, m in OPERATIONS if any(isinstance(ANY[n], UUID) for n in a.arguments)]


@pytest.mark.parametrize("who", ["ines", "tom", "anna"])
def test_an_id_of_another_vendor_answers_as_one_that_nobody_has(
    who: str, ours: World, theirs: World
) -> None:
    refuse_as_missing(token_of(theirs, who), ours)


def test_a_rival_partner_gets_the_answer_of_a_missing_thing(ours: World) -> None:
    refuse_as_missing(token_of(ours, "marc"), ours)


def refuse_as_missing(token: str, world: World) -> None:
    """Ask for everything of a vendor's by its id, and for the same by one that nobody has."""
    things = things_of(world)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    for address, method in OF_THINGS:
        body = body_of(address.name, world, things)
        answers = [
            compared(ask(client, method, address.url(named), body), named, address)
            for named in (things, ANY)
        ]
        assert answers[0] == answers[1], (address.name, method)
        assert answers[0][0] in (403, 404), (address.name, method)


def test_no_list_holds_anything_of_another_vendor(ours: World, theirs: World) -> None:
    known = [str(value) for value in things_of(ours).values() if isinstance(value, UUID)]
    client = Client(headers={"Authorization": f"Bearer {token_of(theirs, 'ines')}"})
    for address, method in OPERATIONS:
        if method == "GET" and not address.arguments:
            body = ask(client, "GET", address.url({})).content.decode()
            assert [ident for ident in known if ident in body] == [], address.name


def test_head_answers_as_get_does(ours: World) -> None:
    things = things_of(ours)
    for who in ("tom", "anna", "marc"):
        client = Client(headers={"Authorization": f"Bearer {token_of(ours, who)}"})
        for address in [a for a, method in OPERATIONS if method == "GET"]:
            url = address.url(things)
            answers = [client.get(url), client.head(url)]
            found = [(a.status_code, a.headers.get("ETag")) for a in answers]
            assert found[0] == found[1], (who, address.name)


def test_a_list_shows_a_partner_its_own_alone(ours: World) -> None:
    things = things_of(ours)
    with ours.scope():
        other = ours.case(at=NOW, partner=ours.partners["rheintor"], title="Rheintor's own")
    client = Client(headers={"Authorization": f"Bearer {token_of(ours, 'marc')}"})
    body = ask(client, "GET", "/api/v1/cases/").json()
    assert str(other.pk) in [case["id"] for case in body["results"]]
    assert str(things["case_id"]) not in json.dumps(body)
