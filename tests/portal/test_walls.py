"""Two parties of one case: every page of each, and nothing of the other in it.

The addresses come from Django's resolver and the tables from PostgreSQL's catalogue: a new one is
tried without being named here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from cases.models import Case, Clock, Source
from cases.requests import request_level
from portal.urls import urlpatterns
from tests.cases.verbs import do
from tests.escalation.browsing import Address, addresses, browser, left
from tests.factories import World, make_person, make_world
from tests.portal.pages import CONTACTS, as_portal, get
from tests.tenants.catalogue import grants, rows, tables

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
P, Q = "alpenwerk", "rheintor"
PORTAL = sorted(addresses(list(urlpatterns)), key=lambda address: address.name)
OF_CASE = [a for a in PORTAL if "case_id" in a.arguments]
BODY = {"body": "Words.", "reason": "Words."}
# They are there once a memo is; `tests/portal/test_memo*.py` asks for them.
OF_MEMO = "portal-memo"


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """Stop the clock, so that two answers differ by nothing but what they were asked for."""
    with time_machine.travel(NOW, tick=False):
        yield


@dataclass(frozen=True)
class Dispute:
    """A vendor with a case of each party's alone, and one they share."""

    world: World
    cases: dict[str, UUID]

    def of(self, partner: str) -> set[str]:
        """Return the cases of a party."""
        return {"shared", partner}


@pytest.fixture
def dispute(db: None) -> Dispute:
    """Every place that holds a text holds a word of its own, which says whose it is."""
    world = make_world()
    first, second = world.partners[P], world.partners[Q]
    with world.scope():
        cases = {
            name: world.case(at=NOW, partner=world.partners[name], title=f"Title of {name} alone")
            for name in (P, Q)
        }
        shared = world.case(
            at=NOW,
            by="anna",
            source=Source.PORTAL,
            title="Canary-title",
            description="Canary-account",
            fields={"customer": "Canary-field"},
            amount=Decimal("98765.43"),
            currency="EUR",
            deal_id="Canary-deal",
            severity_reason="Canary-severity",
            source_system="crm",
            external_id="Canary-external",
            source_url="https://crm.example/Canary-url",
            others=((second, "respondent"),),
        )
        for body, audience, reader in (
            ("Canary-internal", "internal", None),
            ("Canary-all", "parties", None),
            ("Canary-to-P", "party", first.pk),
            ("Canary-to-Q", "party", second.pk),
        ):
            told: dict[str, Any] = {"body": body, "audience": audience, "partner_id": reader}
            do(world, "add_message", shared, at=NOW, **told)
        request_level(
            shared, by=world["anna"], at=NOW, partner_id=first.pk, reason="Canary-request-P"
        )
        request_level(
            shared, by=world["marc"], at=NOW, partner_id=second.pk, reason="Canary-request-Q"
        )
        do(world, "escalate", shared, at=NOW, reason="Canary-escalation")
        do(world, "hand_back", shared, by="petra", at=NOW, reason="Canary-back")
        do(world, "decide", shared, at=NOW, reason="Canary-decision")
    return Dispute(world, {**{k: c.pk for k, c in cases.items()}, "shared": shared.pk})


# Which of the canaries each party reads; nobody the rest.
READS = {
    P: {"title", "account", "all", "to-P", "request-P", "decision"},
    Q: {"all", "to-Q", "request-Q", "decision"},
}
CANARIES = (
    READS[P]
    | READS[Q]
    | {
        *("internal", "field", "deal", "severity", "external", "url", "escalation", "back"),
    }
)


def values_of(
    dispute: Dispute, partner: str, case: str, clock: UUID | None = None
) -> dict[str, Any]:
    """Return what the names in a path stand for; a case's clock is the one that is answered first
    unless said."""
    return {
        "clock_id": clock or next(iter(clocks_of(dispute, case, "response")), None) or uuid4(),
        "slug": dispute.world.tenant.slug,
        "partner": partner,
        "case_id": dispute.cases.get(case) or uuid4(),
        "category": "lead-routing",
        "act": "message",
        "own_key": "pry_nobodys0000",
    }


def clocks_of(dispute: Dispute, case: str, kind: str = "") -> list[UUID]:
    """Return the clocks of a case, of one kind or all."""
    with dispute.world.scope():
        clocks = Clock.objects.filter(case_id=dispute.cases.get(case, uuid4()))
        return [c.pk for c in clocks.order_by("anchor", "id") if kind in ("", c.kind)]


def ask(client: Client, method: str, url: str) -> Any:
    """Make one request and take back what it did."""
    with transaction.atomic():
        answer = client.get(url) if method == "GET" else client.post(url, BODY)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("address", OF_CASE, ids=lambda address: address.name)
@pytest.mark.parametrize("partner", [P, Q])
def test_a_case_is_ones_own_or_not_there(dispute: Dispute, address: Address, partner: str) -> None:
    world, contact = dispute.world, CONTACTS[partner]
    for method in ("GET", "POST"):
        nobodys = values_of(dispute, partner, "nobody's")
        answer = ask(browser(world, contact), method, address.url(nobodys))
        missing = left(answer, nobodys["case_id"])
        for name in dispute.cases:
            values = values_of(dispute, partner, name)
            # A browser of its own: what an act has said is shown on the next page of the same one.
            answer = ask(browser(world, contact), method, address.url(values))
            if name not in dispute.of(partner):
                assert left(answer, values["case_id"]) == missing, (method, name)
            elif not address.name.startswith(OF_MEMO):
                assert answer.status_code in (200, 302, 405), (method, name)
        assert missing[0] in (404, 405)


@pytest.mark.parametrize("address", PORTAL, ids=lambda address: address.name)
def test_at_the_others_address_there_is_nothing(dispute: Dispute, address: Address) -> None:
    for partner, other in ((P, Q), (Q, P)):
        client = browser(dispute.world, CONTACTS[partner])
        for name in dispute.cases:
            url = address.url(values_of(dispute, other, name))
            assert [ask(client, m, url).status_code for m in ("GET", "POST")] == [404, 404]


def everything_of(dispute: Dispute, partner: str) -> str:
    """Return all that a party is shown, page after page: the list, the forms, its own cases."""
    client, shown = browser(dispute.world, CONTACTS[partner]), []
    for address in PORTAL:
        for name in dispute.cases:
            for method in ("GET", "POST"):
                clocks = clocks_of(dispute, name) if "clock_id" in address.arguments else [None]
                for clock in clocks:
                    url = address.url(values_of(dispute, partner, name, clock))
                    answer = ask(client, method, url)
                    assert answer.status_code < 500
                    shown.append(answer.content.decode())
    return "".join(shown)


def test_the_pages_of_two_parties_have_nothing_of_each_other(dispute: Dispute) -> None:
    world = dispute.world
    emails = {name: member.user.email for name, member in world.people.items()}
    for partner, other in ((P, Q), (Q, P)):
        text = everything_of(dispute, partner)
        assert {word for word in CANARIES if f"Canary-{word}" in text} == READS[partner]
        assert f"Title of {partner} alone" in text
        contact, rival = CONTACTS[partner], CONTACTS[other]
        for word in (other, other.title(), rival.title(), f"Title of {other}", "98765", "98,765"):
            assert word not in text, (partner, word)
        assert [name for name, email in emails.items() if email in text] == [], contact
        assert str(dispute.cases[other]) not in text


def test_the_wall_itself_shows_two_parties_nothing_of_each_other(dispute: Dispute) -> None:
    """Whatever a page would ask for: every column of every table that the portal may read."""
    seen = {}
    for partner in (P, Q):
        with as_portal(dispute.world, partner), connection.cursor() as cursor:
            found = []
            for table, said in grants("parley_portal").items():
                cursor.execute(f"SELECT {said['SELECT'].replace(' ', ', ')} FROM {table}")
                found.append(str(cursor.fetchall()))
        seen[partner] = "".join(found)
    for partner, other in ((P, Q), (Q, P)):
        assert {w for w in CANARIES if f"Canary-{w}" in seen[partner]} == READS[partner]
        assert f"Title of {other}" not in seen[partner]
        assert str(dispute.world.partners[other].pk) not in seen[partner]
        assert str(dispute.world[CONTACTS[other]].user_id) not in seen[partner]
        for member in dispute.world.people.values():
            assert member.user.email not in seen[partner]


def test_the_portals_role_writes_nothing(dispute: Dispute) -> None:
    privileges = {p for said in grants("parley_portal").values() for p in said}
    assert privileges == {"SELECT"}
    columns = dict(
        rows(
            "SELECT c.relname, min(quote_ident(a.attname)) FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped"
            " AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname"
        )
    )
    with as_portal(dispute.world), connection.cursor() as cursor:
        for table in tables():
            for statement in (
                f"INSERT INTO {table} DEFAULT VALUES",
                f"UPDATE {table} SET {columns[table]} = NULL",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
            ):
                with (
                    pytest.raises(ProgrammingError, match="permission denied"),
                    transaction.atomic(),
                ):
                    cursor.execute(statement)


def test_a_request_is_read_by_who_made_it(dispute: Dispute) -> None:
    for partner in (P, Q):
        with as_portal(dispute.world, partner), connection.cursor() as cursor:
            cursor.execute("SELECT kind, subject FROM cases_clock WHERE subject IS NOT NULL")
            assert cursor.fetchall() == [("request", dispute.world.partners[partner].pk)]
            cursor.execute("SELECT DISTINCT kind FROM cases_clock WHERE subject IS NULL")
            assert {kind for (kind,) in cursor.fetchall()} <= {"response", "decision", "total"}


def test_a_clock_is_explained_to_who_may_know_of_it_and_else_it_is_missing(
    dispute: Dispute,
) -> None:
    """Every clock of every case, to both: what the wall shows, the page explains, and no other."""
    clock = next(address for address in OF_CASE if address.name == "portal-clock")
    for partner in (P, Q):
        client = browser(dispute.world, CONTACTS[partner])
        with as_portal(dispute.world, partner):
            known = set(Clock.objects.values_list("id", flat=True))
        for name in dispute.cases:
            gone = ask(client, "GET", clock.url(values_of(dispute, partner, name, uuid4())))
            for clock_id in clocks_of(dispute, name):
                answer = ask(client, "GET", clock.url(values_of(dispute, partner, name, clock_id)))
                assert answer.status_code == (200 if clock_id in known else 404)
                if clock_id not in known:
                    assert left(answer, clock_id)[2] == left(gone)[2]
        assert len(known.intersection(clocks_of(dispute, "shared", "request"))) == 1


def test_the_turns_of_ones_own_cases_are_read_and_no_level(dispute: Dispute) -> None:
    with as_portal(dispute.world, Q), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT case_id FROM cases_assignment")
        own = {dispute.cases[name] for name in dispute.of(Q)}
        assert {case_id for (case_id,) in cursor.fetchall()} == own
        for column in ("level_id", "position", "backup_id"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(f"SELECT {column} FROM cases_assignment")


def test_a_former_contact_is_outside_at_once(dispute: Dispute) -> None:
    client = browser(dispute.world, "anna")
    url = OF_CASE[0].url(values_of(dispute, P, "shared"))
    with dispute.world.scope():
        dispute.world.partners[P].contacts.all().delete()
    assert [ask(client, m, url).status_code for m in ("GET", "POST")] == [404, 404]


def grow(world: World, case: Case, to: int) -> None:
    """Give a case as many texts, parties' people and turns."""
    for number in range(to):
        person = make_person(world, f"staff-{to}-{number}", "staff")
        do(world, "add_message", case, by=person, at=NOW, body="More.", audience="parties")
        do(world, "escalate", case, at=NOW)
        do(world, "hand_back", case, by="petra", at=NOW)


def test_no_page_makes_a_query_per_row(
    dispute: Dispute, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    world = dispute.world
    with world.scope():
        case = world.case(at=NOW)
    [clock_id] = clocks_of(Dispute(world, {"case": case.pk}), "case", "decision")
    for name, rest in (
        ("portal-cases", ()),
        ("portal-case", (case.pk,)),
        ("portal-clock", (case.pk, clock_id)),
        ("portal-log", ()),
    ):
        counts = []
        for total in (1, 30):
            with world.scope():
                of_case = name in ("portal-case", "portal-clock")
                grow(world, Case.objects.get(pk=case.pk), total if of_case else 0)
                while Case.objects.count() < total * 2:
                    world.case(at=NOW)
            with django_assert_max_num_queries(65) as captured:
                assert get(world, name, *rest).status_code == 200
            counts.append(len(captured))
        assert counts[0] == counts[1], name
