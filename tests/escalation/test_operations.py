"""What operators and their monitors ask."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from devtools.ports import free_port
from escalation import operations
from escalation.operations import LOOPS
from journal.queries import beat

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
SECOND = timedelta(seconds=1)


def ready() -> dict[str, Any]:
    """Return what readyz says."""
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def beat_all(**details: dict[str, Any]) -> None:
    """Let every loop have run just now."""
    for name in LOOPS:
        beat(name, timezone.now(), details.get(name, {}))


def test_alive() -> None:
    answer = Client().get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_loops_that_never_ran_need_attention() -> None:
    assert ready() == {"status": "attention", "late": list(LOOPS), "audit": {}, "stuck": 0}


def test_all_in_order() -> None:
    beat_all(audit={"count": 0, "no_owner": 0})
    assert ready() == {
        "status": "ok",
        "late": [],
        "audit": {"count": 0, "no_owner": 0},
        "stuck": 0,
    }


@pytest.mark.parametrize("name", sorted(LOOPS))
def test_a_loop_that_is_late_is_named(name: str) -> None:
    beat_all()
    beat(name, timezone.now() - (LOOPS[name] + 1) * SECOND)
    found = ready()
    assert (found["status"], found["late"]) == ("attention", [name])


@pytest.mark.parametrize("details", [{"audit": {"count": 2}}, {"sweep": {"stuck": 1}}])
def test_what_the_auditor_and_the_sweep_found_needs_attention(details: dict[str, Any]) -> None:
    beat_all(**details)
    assert ready()["status"] == "attention"


@pytest.fixture
def no_database() -> Iterator[None]:
    """The database is away: nothing listens where it was."""
    wrapper = connections["default"]
    port = wrapper.settings_dict["PORT"]
    wrapper.close()
    wrapper.settings_dict["PORT"], wrapper.settings_dict["HOST"] = free_port(), "127.0.0.1"
    yield
    wrapper.close()
    wrapper.settings_dict["PORT"] = port


def test_without_a_database_it_lives_and_cannot_serve(no_database: None) -> None:
    assert Client().get("/livez").status_code == 200
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "unavailable", "reason": "database"},
    )


def test_figures_of_the_loops_and_of_the_auditor() -> None:
    beat_all(audit={"count": 3, "overdue": 3})
    text = Client().get("/metrics").content.decode()
    assert 'parley_audit_findings{finding="overdue"} 3.0' in text
    for name in LOOPS:
        assert f'parley_loop_age_seconds{{loop="{name}"}}' in text
    assert operations.LoopCollector().describe() == []


def test_without_a_token_figures_are_for_this_machine_only(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    client = Client()
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    # Behind a proxy every request comes from this machine.
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 403


@pytest.mark.parametrize(
    ("shown", "status"),
    [("Bearer secret", 200), ("Bearer secre", 403), ("secret", 403), ("", 403), ("Bearer ü", 403)],
)
def test_with_a_token_figures_are_for_who_shows_it(
    settings: Settings, shown: str, status: int
) -> None:
    settings.METRICS_TOKEN = "secret"
    answer = Client().get("/metrics", headers={"Authorization": shown})
    assert answer.status_code == status
