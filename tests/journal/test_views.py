"""The pages of what people were told."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases import actions
from journal import views
from journal.delivery import deliver_one
from journal.gathering import gather
from journal.models import Notice
from partners.models import Contact
from tests.escalation.browsing import browser
from tests.factories import World

pytestmark = pytest.mark.django_db


def page(world: World, name: str, view: str) -> str:
    """Return a page as a person sees it."""
    answer = browser(world, name).get(reverse(view, args=[world.tenant.slug]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_bell_tells_what_happened_once_and_is_quiet_once_read(world: World) -> None:
    assert "Nothing to tell" in page(world, "petra", "notices")
    case = world.case(at=timezone.now())
    actions.escalate(case, by=world["tom"], at=timezone.now(), reason="Beyond my limit.")
    text = page(world, "petra", "notices")
    assert text.count("escalated to level 2") == 1
    assert case.number in text
    assert "Beyond my limit." not in text
    assert f" {timezone.now().year}</h2>" in text
    answer = browser(world, "petra").post(reverse("notices-read", args=[world.tenant.slug]))
    assert answer.status_code == 302
    mine = Notice.objects.filter(user=world["petra"].user, channel="bell")
    assert [notice.read_at is None for notice in mine] == [False]


def test_the_outbox_is_there_in_a_demo_only(
    world: World, settings: Settings, mailoutbox: list[object]
) -> None:
    settings.DEMO = False
    url = reverse("outbox", args=[world.tenant.slug])
    assert browser(world, "tom").get(url).status_code == 404
    settings.DEMO = True
    assert "No mail yet" in page(world, "tom", "outbox")
    case = world.case(at=timezone.now())
    assert gather(timezone.now()) == 1
    assert deliver_one(timezone.now()) is not None
    assert len(mailoutbox) == 1
    text = page(world, "tom", "outbox")
    assert f"[{case.number}] A case was opened" in text
    assert world["anna"].user.email in text
    # What its reader may no longer see is not shown here either.
    Contact.objects.filter(user=world["anna"].user).delete()
    assert case.number not in page(world, "tom", "outbox")


def test_the_bell_goes_back_as_far_as_it_rang(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SHOWN", 2)
    cases = [world.case(at=timezone.now()) for _ in range(5)]
    desk = browser(world, "petra")
    for case in cases:
        actions.escalate(case, by=world["tom"], at=timezone.now(), reason="Beyond my limit.")
    url, seen = reverse("notices", args=[world.tenant.slug]), []
    page_url = url
    while page_url:
        answer = desk.get(page_url)
        text = answer.content.decode()
        seen += [case.number for case in reversed(cases) if case.number in text]
        following = answer.context["next_url"]
        page_url = url + following if following else ""
    assert seen == [case.number for case in reversed(cases)]
    for wrong in ("nonsense", uuid4()):
        assert desk.get(f"{url}?before={wrong}").status_code == 404


def test_a_digest_is_one_mail_in_the_outbox(world: World, settings: Settings) -> None:
    settings.DEMO = True
    cases = [world.case(at=timezone.now()) for _ in range(2)]
    assert gather(timezone.now()) == 1
    assert deliver_one(timezone.now()) is not None
    text = page(world, "tom", "outbox")
    assert text.count("2 notices: A case was opened (2)") == 2  # its subject, and its first line
    assert all(case.number in text for case in cases)
