"""What the portal's database role reads of cases and their texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Party
from portal import queries
from portal.queries import own_case, own_cases, shared_texts
from tenants.ids import uuid7
from tests.cases.verbs import case_in, do
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
RIVALS = 200


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


@contextmanager
def portal(world: World, partner: str = "alpenwerk", person: str = "anna") -> Iterator[None]:
    """As the portal's database role, for one partner."""
    company = world.partners[partner].pk
    with world.scope(user_id=world[person].user_id, partner_id=company, portal=True):
        yield


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_only_the_partners_own_cases_are_looked_at(vendor: World) -> None:
    rival = vendor.partners["rheintor"]
    with vendor.scope():
        vendor.case()
        like = Case.objects.defer("search").get()
        for number in range(RIVALS):
            like.pk, like.number = uuid7(), f"R-{number}"
            like.save(force_insert=True)
            Party.objects.create(tenant=vendor.tenant, case=like, partner=rival, role="complainant")
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE cases_case, cases_party")
    with portal(vendor):
        with CaptureQueriesContext(connection) as asked:
            found = own_cases(vendor.partners["alpenwerk"].pk).cases
        statement = next(q["sql"] for q in asked if 'FROM "cases_case"' in q["sql"])
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
            plan = cursor.fetchone()[0]
    assert len(found) == 1
    assert read_of("cases_case", plan[0]["Plan"]) == 1


def read_of(table: str, plan: dict[str, Any]) -> int:
    """Return how many rows of a table a plan looked at itself, without the wall's own questions."""
    own = plan.get("Relation Name") == table
    looked = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) if own else 0
    below: int = sum(read_of(table, part) for part in plan.get("Plans", ()))
    return below + int(looked * plan["Actual Loops"])


def test_pages_go_on_where_the_last_one_ended_and_back(
    vendor: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    own = vendor.partners["alpenwerk"].pk
    with vendor.scope():
        # Two opened in the same instant; the ended ones are the latest.
        for minute, title, status in (
            *((0, "e", "new"), (1, "d", "new"), (1, "c", "in_progress")),
            *((2, "b", "closed"), (3, "a", "resolved")),
        ):
            case_in(vendor, status, title=title, at=OPENED + minute * MINUTE)
    with portal(vendor):
        first = own_cases(own)
        second = own_cases(own, first.next)
        third = own_cases(own, second.next)
        back = own_cases(own, third.previous)
        begin = own_cases(own, back.previous)
    titles = ["".join(c.title for c in p.cases) for p in (first, second, third, back, begin)]
    assert titles == ["cd", "ea", "b", "ea", "cd"]
    assert [first.previous, third.next, begin.previous] == [None, None, None]
    assert back == second


def test_a_case_that_is_missing_and_one_of_anothers_are_none_alike(vendor: World) -> None:
    with vendor.scope():
        case = vendor.case(partner=vendor.partners["rheintor"])
    with portal(vendor):
        assert own_case(vendor.partners["alpenwerk"].pk, case.pk) is None
        # The wall says so by itself, whatever is asked for.
        assert own_case(vendor.partners["rheintor"].pk, case.pk) is None
    with portal(vendor, "rheintor", "marc"):
        found = own_case(vendor.partners["rheintor"].pk, case.pk)
    assert found is not None
    assert found.id == case.pk


@pytest.fixture
def shared(vendor: World) -> Case:
    """A case of two parties with a text of every kind, and one of the rival's alone."""
    alpenwerk, rheintor = vendor.partners["alpenwerk"], vendor.partners["rheintor"]
    with vendor.scope():
        case = vendor.case(others=((rheintor, "respondent"),))
        alone = vendor.case(partner=rheintor)
        do(vendor, "add_message", alone, body="Rival's case.")
        for minute, (body, audience, to) in enumerate(
            (
                ("Careful.", "internal", None),
                ("For both.", "parties", None),
                ("For Alpenwerk.", "party", alpenwerk.pk),
                ("For Rheintor.", "party", rheintor.pk),
            )
        ):
            at = OPENED + minute * MINUTE
            told: dict[str, Any] = {"body": body, "audience": audience, "partner_id": to}
            do(vendor, "add_message", case, at=at, **told)
        do(vendor, "decide", case, at=OPENED + 5 * MINUTE, reason="The log is clear.")
        do(vendor, "resolve", case, at=OPENED + 6 * MINUTE, resolution="The next lead.")
    return case


OWN = ["The next lead.", "The log is clear.", "For Alpenwerk.", "For both."]


def test_a_partner_reads_what_was_written_to_it_the_latest_first(
    vendor: World, shared: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = vendor.partners["alpenwerk"].pk
    with portal(vendor):
        texts, older = shared_texts(own, shared.pk)
    assert ([text.body for text in texts], older) == (OWN, False)
    assert [text.kind for text in texts] == ["resolution", "decision", "message", "message"]
    assert {text.author for text in texts} == {"Tom"}
    monkeypatch.setattr(queries, "PAGE", 3)
    with portal(vendor):
        first, more = shared_texts(own, shared.pk)
        rest, older = shared_texts(own, shared.pk, (first[-1].at, first[-1].id))
    assert ([text.body for text in first + rest], more, older) == (OWN, True, False)


def test_the_wall_lets_no_other_text_through_whatever_is_asked(vendor: World, shared: Case) -> None:
    with portal(vendor), connection.cursor() as cursor:
        cursor.execute("SELECT body FROM cases_message ORDER BY at DESC")
        assert [body for (body,) in cursor.fetchall()] == OWN
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE cases_message SET body = ''")
    with vendor.scope(user_id=vendor["anna"].user_id, portal=True), connection.cursor() as cursor:
        cursor.execute("SELECT body FROM cases_message")
        assert cursor.fetchall() == []
