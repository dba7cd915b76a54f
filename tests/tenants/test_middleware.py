"""The transaction around a request: what a failed one leaves behind, and what a denied one does."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import views
from cases.models import Case
from journal.models import Event
from tests.escalation.browsing import browser
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def vendor(transactional_db: None) -> World:
    """A vendor with one case, committed."""
    world = make_world()
    with world.scope():
        # Now, as the requests are: what was opened in the past may be overdue.
        world.case(at=timezone.now())
    return world


def post(world: World, name: str, verb: str, **data: Any) -> Any:
    """Do something to the vendor's case."""
    with world.scope():
        case_id = Case.objects.get().pk
    client: Client = browser(world, name)
    client.raise_request_exception = False
    return client.post(reverse("case-do", args=[world.tenant.slug, case_id, verb]), data)


def kinds(world: World) -> list[str]:
    """Return the vendor's events."""
    with world.scope():
        return sorted(Event.objects.values_list("kind", flat=True))


def test_a_request_that_succeeds_is_kept(vendor: World) -> None:
    assert post(vendor, "tom", "acknowledge").status_code == 302
    assert kinds(vendor) == ["case.acknowledged", "case.opened"]


def test_a_request_that_fails_on_our_side_leaves_nothing(
    vendor: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("after the verb was carried out")

    monkeypatch.setattr(views, "done", fails)
    answer = post(vendor, "tom", "acknowledge")
    assert answer.status_code == 500
    assert "after the verb" not in answer.content.decode()
    assert answer.headers["X-Request-Id"] in answer.content.decode()
    assert kinds(vendor) == ["case.opened"]
    with vendor.scope():
        assert Case.objects.get().status == "new"


def test_who_is_refused_keeps_the_navigation_and_is_told_of_no_case(vendor: World) -> None:
    for verb, status in (("acknowledge", 403), ("resume", 403)):
        answer = post(vendor, "pavel", verb)
        text = answer.content.decode()
        assert (answer.status_code, 'aria-label="Main"' in text) == (status, True)
        assert ("Nothing was changed" in text, "The case and what" in text) == (True, False)
    post(vendor, "tom", "acknowledge")
    again = post(vendor, "tom", "acknowledge").content.decode()
    assert 'aria-label="Main"' in again


def test_a_denial_is_kept_and_nothing_of_the_attempt(vendor: World) -> None:
    assert post(vendor, "petra", "acknowledge").status_code == 403
    assert kinds(vendor) == ["access.denied", "case.opened"]


def test_who_may_not_is_told_so_whatever_they_wrote(vendor: World) -> None:
    assert post(vendor, "pavel", "escalate").status_code == 403
    assert post(vendor, "tom", "escalate").status_code == 422


def test_what_is_not_possible_now_says_what_is(vendor: World) -> None:
    post(vendor, "tom", "acknowledge")
    answer = post(vendor, "tom", "acknowledge")
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "acknowledged already" in text
    assert "What is possible now:" in text
    assert "Escalate, " in text
