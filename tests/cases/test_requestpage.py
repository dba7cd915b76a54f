"""What staff see of partners that ask for the next level, and what they answer."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case, Clock, Message, Party
from cases.requests import request_level
from tests.escalation.browsing import browser
from tests.factories import World


@pytest.fixture
def case(world: World) -> Case:
    """A case both of whose parties ask."""
    rheintor = world.partners["rheintor"]
    case = world.case(at=timezone.now(), others=((rheintor, "respondent"),))
    for who, name in (("anna", "alpenwerk"), ("marc", "rheintor")):
        request_level(
            case,
            by=world[who],
            at=timezone.now(),
            partner_id=world.partners[name].pk,
            reason=f"Nobody listens to {name}.",
        )
    return Case.objects.get(pk=case.pk)


def page(world: World, case: Case, name: str = "tom") -> str:
    """Return the text of the page of a case."""
    answer = browser(world, name).get(f"/t/{world.tenant.slug}/cases/{case.pk}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def post(client: Client, world: World, case: Case, verb: str, **data: Any) -> Any:
    """Post a verb."""
    return client.post(f"/t/{world.tenant.slug}/cases/{case.pk}/do/{verb}/", data)


def test_each_request_is_a_notice_with_its_reason_and_the_time_for_an_answer(
    world: World, case: Case
) -> None:
    text = page(world, case)
    for name in ("Alpenwerk", "Rheintor"):
        assert f"{name} asks for the next level" in text
        assert f"Nobody listens to {name.lower()}." in text
    assert text.count("without one the case escalates by itself") == 2
    assert text.count(">Decline</a>") == 2
    assert "Next: Acknowledge" in text


@pytest.mark.parametrize("name", ["petra", "pavel"])
def test_who_may_not_answer_reads_it_and_has_no_button(world: World, case: Case, name: str) -> None:
    text = page(world, case, name)
    assert ("Alpenwerk asks for the next level" in text, "Decline" in text) == (True, False)


def test_declining_one_leaves_the_other(world: World, case: Case) -> None:
    client, partner = browser(world, "tom"), world.partners["alpenwerk"].pk
    answer = post(client, world, case, "decline", partner=partner, reason="I read it today.")
    assert answer.status_code == 302
    text = page(world, case)
    assert ("Alpenwerk asks" in text, "Rheintor asks" in text) == (False, True)
    message = Message.objects.get(body="I read it today.")
    assert (message.audience, message.partner_id) == ("party", partner)
    again = post(client, world, case, "decline", partner=partner, reason="Once more.")
    assert again.status_code == 409


def test_declining_without_a_reason_comes_back_where_it_was_asked(world: World, case: Case) -> None:
    client, partner = browser(world, "tom"), world.partners["rheintor"].pk
    answer = post(client, world, case, "decline", partner=partner, reason="")
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    assert text.count("p-panel p-open") == 1
    assert text.index("Rheintor asks") < text.index("p-panel p-open")
    assert "This field is required." in text
    assert post(client, world, case, "decline", partner="x", reason="r").status_code == 422
    assert Clock.objects.filter(kind="request", met_at=None).count() == 2


def test_a_request_that_was_missed_says_so_until_it_is_answered(world: World, case: Case) -> None:
    Clock.objects.filter(kind="request").update(
        state="breached", next_fire_at=None, breached_at=timezone.now()
    )
    assert page(world, case).count("An answer was due") == 2


def test_a_case_that_is_over_asks_nothing(world: World, case: Case) -> None:
    post(browser(world, "tom"), world, case, "withdraw", reason="They agreed.")
    assert "asks for the next level" not in page(world, case)


@pytest.mark.parametrize(
    ("audience", "asks", "waiting"),
    [("parties", "on", 2), ("parties", "", 0), ("internal", "on", 0), ("party", "on", 1)],
)
def test_a_message_may_ask_for_an_answer(
    world: World, case: Case, audience: str, asks: str, waiting: int
) -> None:
    reader = f"party:{world.partners['rheintor'].pk}" if audience == "party" else audience
    data = {"audience": reader, "body": "Send the letter.", **({"asks": asks} if asks else {})}
    assert post(browser(world, "tom"), world, case, "message", **data).status_code == 302
    asked = Party.objects.exclude(asked_at=None)
    assert asked.count() == waiting
    if audience == "party":
        assert asked.get().partner_id == world.partners["rheintor"].pk
