"""Requests that the database gives up, because others hold what they need: a second connection
does, each time."""

from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client
from psycopg2 import errorcodes

from cases.models import Case
from escalation.busy import gave_up
from tests.api import Program, refused
from tests.escalation.browsing import browser
from tests.factories import World
from tests.holding import CASE, CLOCKS, holding, impatient, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
LIMITS = pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])


@pytest.fixture
def case(live_world: World) -> Case:
    """A case of Tom's that nobody has taken up."""
    with live_world.scope():
        return live_world.case()


def asked_again(answer: Any) -> None:
    """Check that a program is told to send the same again."""
    body = refused(answer, 503)
    assert (body["title"], body["errors"]) == ("Service Unavailable", [])
    assert "Nothing was saved" in body["detail"]
    assert answer.headers["Retry-After"] == "5"


def shown_again(page: Any) -> None:
    """Check that a person reads that nothing was saved, with the request's number."""
    text = page.content.decode()
    assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert page.headers["Retry-After"] == "5"
    assert "Nothing of your last step was saved." in text
    assert page.headers["X-Request-Id"] in text


def patient(client: Client) -> Client:
    """Return a client that gets what a visitor gets, also where something was raised."""
    client.raise_request_exception = False
    return client


@LIMITS
def test_a_program_that_waits_too_long_may_send_the_same_again(
    live_world: World, case: Case, limit: str
) -> None:
    tom, path = Program(live_world, "tom"), f"cases/{case.pk}/acknowledge/"
    with holding(live_world, CASE, case.pk), impatient(limit):
        answer = tom.ask("post", path, Idempotency_Key="a")
    asked_again(answer)
    assert answer.headers["RateLimit-Limit"]
    assert tom.get(f"cases/{case.pk}/")["version"] == 1
    again = tom.ask("post", path, Idempotency_Key="a")
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert "Idempotency-Replayed" not in again.headers


@LIMITS
def test_a_person_who_waits_too_long_reads_that_nothing_was_saved(
    live_world: World, case: Case, limit: str
) -> None:
    tom = patient(browser(live_world, "tom"))
    url = f"/t/{live_world.tenant.slug}/cases/{case.pk}/do/acknowledge/"
    with holding(live_world, CASE, case.pk), impatient(limit):
        shown_again(tom.post(url))
    with live_world.scope():
        assert Case.objects.get().version == 1
    assert tom.post(url).status_code == 302


def test_the_same_is_said_where_the_wait_is_before_the_view(live_world: World) -> None:
    tom, program = patient(browser(live_world, "tom")), Program(live_world, "tom")
    patient(program.client)
    with holding(live_world, "LOCK TABLE tenants_membership"), impatient("lock_timeout"):
        shown_again(tom.get(f"/t/{live_world.tenant.slug}/inbox/"))
        asked_again(program.ask("get", "cases/"))


def test_the_same_is_said_where_the_wait_is_after_it_and_nothing_is_left(
    live_world: World,
) -> None:
    program = Program(live_world, "tom")
    patient(program.client)
    lead = {
        "partner": str(live_world.partners["alpenwerk"].pk),
        "category": "lead-routing",
        "title": "A lead",
    }
    held = "LOCK TABLE tenants_idempotencykey IN EXCLUSIVE MODE"
    with holding(live_world, held), impatient("lock_timeout"):
        asked_again(program.ask("post", "cases/", lead, Idempotency_Key="a"))
    assert program.get("cases/")["results"] == []
    assert program.ask("post", "cases/", lead, Idempotency_Key="a").status_code == 201


def test_of_two_that_wait_for_each_other_the_one_that_is_ended_is_told_so(
    live_world: World, case: Case
) -> None:
    tom, answers = Program(live_world, "tom"), []

    def acknowledge() -> None:
        answers.append(tom.ask("post", f"cases/{case.pk}/acknowledge/"))
        connections.close_all()

    with holding(live_world, CLOCKS, case.pk) as other:
        thread = Thread(target=acknowledge)
        thread.start()
        until_somebody_waits(other)
        with other.cursor() as cursor:
            # The request holds the case; who began to wait first is ended.
            cursor.execute(CASE, [case.pk])
    thread.join(30)
    asked_again(answers[0])
    assert tom.post(f"cases/{case.pk}/acknowledge/")["status"] == "in_progress"


def reported(code: str | None) -> OperationalError:
    """Return an error as the database reports it."""
    cause = Exception()
    cause.pgcode = code  # type: ignore[attr-defined]
    problem = OperationalError()
    problem.__cause__ = cause
    return problem


def test_a_lost_connection_is_a_fault_of_ours() -> None:
    for code in (None, errorcodes.ADMIN_SHUTDOWN, errorcodes.TOO_MANY_CONNECTIONS):
        assert not gave_up(reported(code))
    assert not gave_up(None)
    assert not gave_up(OperationalError())
    assert not gave_up(RuntimeError())
    assert gave_up(reported(errorcodes.SERIALIZATION_FAILURE))
