"""Every address against every kind of visitor, and no difference between hidden and missing.

The addresses come from Django's resolver: a new one without a line in the table fails.
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cases.models import Case, Clock
from ladder.models import Absence, Category, Level
from memos.models import Concession, Memo
from tenants.models import ApiToken
from tests.escalation.browsing import COLUMNS, addresses, browser, left, visitor
from tests.factories import (
    FAR_AHEAD,
    World,
    make_absence,
    make_partner,
    make_rebase,
    make_token,
    make_world,
)
from tests.memos import deals, story

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
OPEN_TO_ALL = "200 200 200 200 200 200 200 200 200 200"
GET_ONLY = "405 405 405 405 405 405 405 405 405 405"
# A page of the vendor's: its people, then contact and rival, a stranger, nobody, a program.
MEMBERS = "200 200 200 200 200 404 404 404 302 302"
NOT_THAT_WAY = "405 405 405 405 405 404 404 404 302 302"
# What each visitor gets, in the order of COLUMNS; GET first, POST below.
TABLE = {
    "home": (
        "302 302 302 302 302 302 302 302 302 302",
        "302 302 302 302 302 302 302 302 302 302",
    ),
    "sign-in": (OPEN_TO_ALL, "422 422 422 422 422 422 422 422 422 422"),
    "sign-out": (GET_ONLY, "302 302 302 302 302 302 302 302 302 302"),
    "choose": (
        "302 302 302 302 302 302 302 302 302 302",
        "405 405 405 405 405 405 405 405 302 302",
    ),
    # In a demo; tests/escalation/test_demo_tries.py asks there.
    "demo-hide": (GET_ONLY, "404 404 404 404 404 404 404 404 302 302"),
    "inbox": (MEMBERS, NOT_THAT_WAY),
    "inbox-fresh": (MEMBERS, NOT_THAT_WAY),
    "search": (MEMBERS, NOT_THAT_WAY),
    "log": ("200 200 200 403 403 404 404 404 302 302", NOT_THAT_WAY),
    "log-category": (
        "200 200 200 403 403 404 404 404 302 302",
        "422 422 422 403 403 404 404 404 302 302",
    ),
    "case": ("200 200 200 200 404 404 404 404 302 302", NOT_THAT_WAY),
    "case-clock": ("200 200 200 200 404 404 404 404 302 302", NOT_THAT_WAY),
    # To the clock that the case shows.
    "case-due": ("302 302 302 302 404 404 404 404 302 302", NOT_THAT_WAY),
    # Escalating: who can do it outside the rules alone is asked whether that is meant.
    "case-do": (NOT_THAT_WAY, "422 302 422 403 404 404 404 404 302 302"),
    "overrides": (MEMBERS, NOT_THAT_WAY),
    "health": ("200 403 403 200 403 404 404 404 302 302", NOT_THAT_WAY),
    "notices": (MEMBERS, NOT_THAT_WAY),
    "notices-read": (NOT_THAT_WAY, "302 302 302 302 302 404 404 404 302 302"),
    "outbox": ("404 404 404 404 404 404 404 404 302 302", NOT_THAT_WAY),
    "policy": ("200 200 200 200 403 404 404 404 302 302", NOT_THAT_WAY),
    "rates": (
        "200 200 200 200 403 404 404 404 302 302",
        "422 403 403 403 403 404 404 404 302 302",
    ),
    "rebases": ("200 200 200 200 403 404 404 404 302 302", NOT_THAT_WAY),
    "rebase": ("200 200 200 200 404 404 404 404 302 302", NOT_THAT_WAY),
    "rebase-answer": (NOT_THAT_WAY, "302 403 403 403 404 404 404 404 302 302"),
    "absences": (
        "200 200 200 200 200 404 404 404 302 302",
        "422 422 422 403 422 404 404 404 302 302",
    ),
    # Of Tom, the holder, with nobody to stand in.
    "absence": (
        "200 200 403 403 404 404 404 404 302 302",
        "302 302 403 403 404 404 404 404 302 302",
    ),
    "absence-end": (NOT_THAT_WAY, "302 302 403 403 404 404 404 404 302 302"),
    "approvals": ("200 200 200 403 403 404 404 404 302 302", NOT_THAT_WAY),
    "concession": ("200 200 200 200 404 404 404 404 302 302", NOT_THAT_WAY),
    "concession-new": (
        "200 200 200 403 404 404 404 404 302 302",
        "422 422 422 403 404 404 404 404 302 302",
    ),
    "memos": (MEMBERS, NOT_THAT_WAY),
    "memo-of-case": (
        "200 200 200 200 404 404 404 404 302 302",
        "302 302 302 403 404 404 404 404 302 302",
    ),
    # Of a memo that Petra is asked to review; Alpenwerk is to act.
    "memo": ("200 200 200 200 404 404 404 404 302 302", NOT_THAT_WAY),
    "memo-edit": (
        "200 200 200 403 404 404 404 404 302 302",
        "422 422 422 403 404 404 404 404 302 302",
    ),
    "memo-do": (NOT_THAT_WAY, "302 302 302 403 404 404 404 404 302 302"),
    "memo-action-done": (NOT_THAT_WAY, "409 409 409 403 404 404 404 404 302 302"),
    "memo-pdf": ("200 200 200 200 404 404 404 404 302 302", NOT_THAT_WAY),
    "memo-pdf-copy": ("200 200 200 200 404 404 404 404 302 302", NOT_THAT_WAY),
    "tokens": (MEMBERS, NOT_THAT_WAY),
    "token-new": (MEMBERS, "422 422 422 422 422 404 404 404 302 302"),
    # For Tom, the holder: nobody makes a token in another person's name.
    "token-new-for": (
        "403 200 403 403 403 404 404 404 302 302",
        "403 422 403 403 403 404 404 404 302 302",
    ),
    # Of a token of Tom's.
    "token-revoke": (NOT_THAT_WAY, "302 302 404 404 404 404 404 404 302 302"),
    **dict.fromkeys(
        ("program-new", "rebase-new"),
        (
            "200 403 403 403 403 404 404 404 302 302",
            "422 403 403 403 403 404 404 404 302 302",
        ),
    ),
    "concession-do": (NOT_THAT_WAY, "403 302 403 403 404 404 404 404 302 302"),
    "portal-cases": (
        "404 404 404 404 404 200 404 404 302 302",
        "404 404 404 404 404 405 404 404 302 302",
    ),
    "portal-case": (
        "404 404 404 404 404 200 404 404 302 302",
        "404 404 404 404 404 405 404 404 302 302",
    ),
    "portal-clock": (
        "404 404 404 404 404 200 404 404 302 302",
        "404 404 404 404 404 405 404 404 302 302",
    ),
    "portal-case-do": (
        "404 404 404 404 404 405 404 404 302 302",
        "404 404 404 404 404 302 404 404 302 302",
    ),
    "portal-log": (
        "404 404 404 404 404 200 404 404 302 302",
        "404 404 404 404 404 405 404 404 302 302",
    ),
    "portal-log-category": (
        "404 404 404 404 404 200 404 404 302 302",
        "404 404 404 404 404 422 404 404 302 302",
    ),
    # The case has no issued memo; tests/portal/test_memo.py asks for one that has.
    "portal-memo": (
        "404 404 404 404 404 404 404 404 302 302",
        "404 404 404 404 404 404 404 404 302 302",
    ),
    "portal-memo-pdf": (
        "404 404 404 404 404 404 404 404 302 302",
        "404 404 404 404 404 405 404 404 302 302",
    ),
    "portal-tokens": (
        "404 404 404 404 404 200 404 404 302 302",
        "404 404 404 404 404 405 404 404 302 302",
    ),
    "portal-token-new": (
        "404 404 404 404 404 200 404 404 302 302",
        "404 404 404 404 404 422 404 404 302 302",
    ),
    # Of a token of Anna's, the contact.
    "portal-token-revoke": (
        "404 404 404 404 404 405 404 404 302 302",
        "404 404 404 404 404 302 404 404 302 302",
    ),
    "api-me": (
        "401 401 401 401 401 401 401 401 401 200",
        "401 401 401 401 401 401 401 401 401 405",
    ),
    "api-schema": (OPEN_TO_ALL, GET_ONLY),
    "api-docs": (OPEN_TO_ALL, GET_ONLY),
    "livez": (OPEN_TO_ALL, GET_ONLY),
    "readyz": (OPEN_TO_ALL, GET_ONLY),
    "metrics": (OPEN_TO_ALL, GET_ONLY),
}
QUERY = {"inbox-fresh": {"view": "all", "since": "2026-11-25T08:00:00+00:00"}}
BODY = {
    "concession-do": {"reason": "No longer needed."},
    "portal-case-do": {"body": "We cannot wait."},
    "case-do": {"reason": "Beyond my limit."},
    "rebase-answer": {"answer": "turn_down", "word": "Not now."},
}
# What a program asks has a table of its own: tests/escalation/test_api_urls.py.
SAID_HERE = ("api-me", "api-schema", "api-docs")
ALL = sorted(
    (a for a in addresses() if not a.name.startswith("api-") or a.name in SAID_HERE),
    key=lambda address: address.name,
)
OF_TENANT = [address for address in ALL if "slug" in address.arguments]


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


def values_of(world: World, case: UUID, **others: Any) -> dict[str, Any]:
    """Return what the names in a path stand for."""
    known = {
        "slug": world.tenant.slug,
        "case_id": case,
        "verb": "escalate",
        "act": "message",
        "what": "withdraw",
        "concession_id": concession_of(world, case),
        "clock_id": clock_of(world, case),
        "step": "take-back",
        **memo_of(world),
        "absence_id": absence_of(world),
        "category": "lead-routing",
        "partner": "alpenwerk",
        **tokens_of(world),
    }
    return known | others


def case_of(world: World, **facts: Any) -> UUID:
    """Open a case out of any request."""
    with world.scope():
        return world.case(at=NOW, **facts).pk


def tokens_of(world: World) -> dict[str, Any]:
    """Return how a token of Tom's and one of Anna's begin, and who Tom is."""
    with world.scope():
        found = dict(ApiToken.objects.filter(name="test").values_list("user_id", "token_key"))
        if not found:
            make_token(world["tom"], scopes=[])
            make_token(world["anna"], scopes=[], partner_id=world.partners["alpenwerk"].pk)
            return tokens_of(world)
    return {
        "token_key": found[world["tom"].user_id],
        "own_key": found[world["anna"].user_id],
        "member_id": world["tom"].pk,
    }


def memo_of(world: World) -> dict[str, UUID]:
    """Return a memo of another case that Petra is asked to review, Alpenwerk's action, and what
    she asked for about the clocks of the ladder."""
    with world.scope():
        memo = Memo.objects.order_by("id").first() or story.in_state(world, "in_review")
        action, rebase = story.action_of(memo, "Send the plan"), make_rebase(world, by="petra")
        return {"memo_id": memo.pk, "action_id": action.pk, "rebase_id": rebase.pk}


def absence_of(world: World) -> UUID:
    """Return when Tom will be away, far ahead."""
    with world.scope():
        found = Absence.objects.first() or make_absence(world, "tom", starts_at=FAR_AHEAD)
        return found.pk


def clock_of(world: World, case_id: UUID) -> UUID:
    """Return a clock of a case that its complainant may know of; nobody's id in nobody's case."""
    with world.scope():
        clock = Clock.objects.filter(case_id=case_id, kind="response").first()
        return clock.pk if clock else uuid4()


def concession_of(world: World, case_id: UUID) -> UUID:
    """Return what Tom asked for in a case, out of any request; nobody's id in nobody's case."""
    with world.scope():
        case = Case.objects.filter(pk=case_id).first()
        if case is None:
            return uuid4()
        made = Concession.objects.filter(case=case).first()
        if made is None:
            Level.objects.update(authority_kinds=["fee"], authority_amount=None)
            made = deals.ask(world, case, at=NOW)
        return made.pk


def ask(client: Client, method: str, url: str, name: str = "", data: Any = None) -> Any:
    """Make one request and take back what it did, to the database and to the browser."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        if method == "GET":
            answer = client.get(url, data or QUERY.get(name, {}))
        else:
            answer = client.post(url, data or BODY.get(name, {}))
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def test_every_address_is_in_the_table() -> None:
    assert [address.name for address in ALL] == sorted(TABLE)


def test_every_visitor_gets_what_the_table_says(ours: World, theirs: World) -> None:
    values = values_of(ours, case_of(ours))
    clients = {column: visitor(column, ours, theirs) for column in COLUMNS}
    found = {
        address.name: tuple(
            " ".join(
                str(ask(clients[column], method, address.url(values), address.name).status_code)
                for column in COLUMNS
            )
            for method in ("GET", "POST")
        )
        for address in ALL
    }
    assert found == TABLE


@pytest.mark.parametrize("person", ["ines", "tom", "anna"])
def test_a_vendor_one_is_not_in_answers_as_one_that_does_not_exist(
    person: str, ours: World, theirs: World
) -> None:
    real = values_of(ours, case_of(ours))
    made_up = {**real, "slug": "no-such-vendor"}
    client = browser(theirs, person)
    for address, method in product(OF_TENANT, ("GET", "POST")):
        first = left(ask(client, method, address.url(real), address.name), real["slug"])
        second = left(ask(client, method, address.url(made_up), address.name), made_up["slug"])
        assert first == second, (address.name, method)
        assert first[0] == 404, (address.name, method)


def test_nobody_is_asked_to_sign_in_whether_the_vendor_exists_or_not(ours: World) -> None:
    values = values_of(ours, case_of(ours))
    words = (ours.tenant.slug, "no-such-vendor")
    for address in OF_TENANT:
        real, made_up = address.url(values), address.url({**values, "slug": "no-such-vendor"})
        answers = [left(ask(Client(), "GET", url), *words) for url in (real, made_up)]
        assert answers[0] == answers[1], address.name


def foreign(ours: World) -> dict[str, tuple[Any, Any]]:
    """Return, for each name in a path but the vendor's, one of ours and one nobody has."""
    with ours.scope():
        Category.objects.create(
            tenant=ours.tenant, slug="ours-alone", name="Ours", category_class="strategic"
        )
        make_partner(ours, "ours-alone", ours.partners["alpenwerk"].region, "olga")
    case_id, tokens = case_of(ours), tokens_of(ours)
    return {
        "case_id": (case_id, uuid4()),
        "category": ("ours-alone", "nobodys"),
        "partner": ("ours-alone", "nobodys"),
        "verb": ("escalate", "escalate"),
        "act": ("message", "message"),
        "what": ("withdraw", "withdraw"),
        "concession_id": (concession_of(ours, case_id), uuid4()),
        "clock_id": (clock_of(ours, case_id), uuid4()),
        "memo_id": (memo_of(ours)["memo_id"], uuid4()),
        "action_id": (memo_of(ours)["action_id"], uuid4()),
        "absence_id": (absence_of(ours), uuid4()),
        "rebase_id": (memo_of(ours)["rebase_id"], uuid4()),
        "step": ("take-back", "take-back"),
        "token_key": (tokens["token_key"], "pry_nobodys0000"),
        "own_key": (tokens["own_key"], "pry_nobodys0000"),
        "member_id": (tokens["member_id"], uuid4()),
    }


@pytest.mark.parametrize("person", ["ines", "tom", "pavel", "ruth", "anna"])
def test_an_id_of_another_vendor_answers_as_one_that_nobody_has(
    person: str, ours: World, theirs: World
) -> None:
    pairs, own = foreign(ours), values_of(theirs, uuid4())
    client = browser(theirs, person)
    for address, method in product(OF_TENANT, ("GET", "POST")):
        names = [name for name in address.arguments if name != "slug"]
        told = [name for name in names if name not in ("verb", "act", "what", "step")]
        answers = []
        for which in (0, 1):
            values = {**own, **{name: pairs[name][which] for name in names}}
            answer = ask(client, method, address.url(values), address.name)
            answers.append(left(answer, *(values[name] for name in told)))
        assert answers[0] == answers[1], (address.name, method)
        if names and person in ("ines", "tom") and method == "GET":
            assert answers[0][0] in (404, 405), address.name


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_rival_partner_sees_a_company_as_one_that_does_not_exist(
    method: str, ours: World
) -> None:
    client, slug = browser(ours, "marc"), ours.tenant.slug
    answers = [
        left(ask(client, method, reverse("portal-cases", args=[slug, name])), name)
        for name in ("alpenwerk", "nobodys-company")
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def filled(ours: World, stranger: World) -> dict[str, tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return forms and queries with an id of ours, and the same with an id that nobody has."""
    case_id, own = case_of(ours), case_of(stranger)
    partner, user = ours.partners["rheintor"].pk, ours["petra"].user.pk
    do = {verb: reverse("case-do", args=[stranger.tenant.slug, own, verb]) for verb in FORMS}
    log = reverse("log-category", args=[stranger.tenant.slug, "lead-routing"])
    inbox = reverse("inbox", args=[stranger.tenant.slug])
    answers = {"title": "T", "description": "D", "step": "open"}
    place = f"{NOW.isoformat()}_"
    return {
        "logging for a partner": (
            log,
            {**answers, "partner": partner},
            {**answers, "partner": uuid4()},
        ),
        "giving to a person": (
            do["reassign"],
            {"to": user, "reason": "r"},
            {"to": uuid4(), "reason": "r"},
        ),
        "writing to a party": (
            do["message"],
            {"audience": f"party:{partner}", "body": "b"},
            {"audience": f"party:{uuid4()}", "body": "b"},
        ),
        "a page of the list": (
            inbox,
            {"view": "all", "after": f"{place}{case_id}"},
            {"view": "all", "after": f"{place}{uuid4()}"},
        ),
    }


FORMS = ("reassign", "message")
WAYS = ("logging for a partner", "giving to a person", "writing to a party", "a page of the list")


@pytest.mark.parametrize("way", WAYS)
def test_a_form_with_an_id_of_another_vendor_answers_as_with_one_nobody_has(
    way: str, ours: World, theirs: World
) -> None:
    url, real, made_up = filled(ours, theirs)[way]
    client = browser(theirs, "tom")
    method = "GET" if way == "a page of the list" else "POST"
    answers = []
    for data in (real, made_up):
        words = [
            part for value in data.values() for part in str(value).rsplit("_", 1)[-1].split(":")
        ]
        long = [word for word in words if len(word) == 36]
        answers.append(left(ask(client, method, url, data=data), *long))
    assert answers[0] == answers[1]
    assert answers[0][0] == (200 if method == "GET" else 422)


def test_a_search_finds_nothing_of_another_vendor(ours: World, theirs: World) -> None:
    with ours.scope():
        case = ours.case(at=NOW, deal_id="D-OURS", title="Klinikum Isartal", external_id="CRM-7")
    client = browser(theirs, "tom")
    url = reverse("search", args=[theirs.tenant.slug])
    nothing = left(ask(client, "GET", url, data={"q": "zzzzzz"}), "zzzzzz")
    for text in (case.number, "D-OURS", "CRM-7", "Klinikum", str(case.pk)):
        assert left(ask(client, "GET", url, data={"q": text}), text) == nothing
    own = browser(ours, "tom").get(reverse("search", args=[ours.tenant.slug]), {"q": "Klinikum"})
    assert case.number in own.content.decode()


def test_a_former_member_is_outside_at_once(ours: World) -> None:
    client = browser(ours, "tom")
    url = reverse("inbox", args=[ours.tenant.slug])
    assert client.get(url).status_code == 200
    with ours.scope():
        ours["tom"].is_active = False
        ours["tom"].save()
    assert client.get(url).status_code == 404


def test_a_post_without_the_forms_secret_is_refused_everywhere(ours: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ours["tom"].user, backend="tenants.backends.EmailBackend")
    values = values_of(ours, case_of(ours))
    open_to_programs = {"api-me"}
    for address in ALL:
        if address.name not in open_to_programs:
            answer = client.post(address.url(values))
            assert (address.name, answer.status_code) == (address.name, 403)
