"""The pages of cases, as each person sees them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from cases import actions
from cases.models import Case, Message
from journal.models import Event
from tests.factories import World

HOUR = timedelta(hours=1)


def signed_in(world: World, name: str) -> Client:
    """Return a browser of one person's."""
    client = Client()
    client.force_login(world[name].user, backend="tenants.backends.EmailBackend")
    return client


def url(world: World, path: str) -> str:
    """Return an address of the vendor's."""
    return f"/t/{world.tenant.slug}/{path}"


def test_the_inbox_lists_what_is_due_next_first(world: World) -> None:
    now = timezone.now()
    later = world.case(at=now, title="Second")
    world.case(at=now - HOUR, title="First")
    page = signed_in(world, "tom").get(url(world, "inbox/")).content.decode()
    assert page.index("First") < page.index("Second")
    assert later.number in page
    assert page.count('data-hotkey="a"') == 2


def test_a_row_is_acknowledged_in_place(world: World) -> None:
    case = world.case(at=timezone.now())
    answer = signed_in(world, "tom").post(
        url(world, f"cases/{case.pk}/do/acknowledge/"), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert f'id="row-{case.pk}"' in answer.content.decode()
    assert Case.objects.get(pk=case.pk).status == "in_progress"


def test_only_the_holder_or_backup_acknowledges(world: World) -> None:
    case = world.case(at=timezone.now())
    answer = signed_in(world, "petra").post(url(world, f"cases/{case.pk}/do/acknowledge/"))
    assert answer.status_code == 403
    assert "Only the person whose turn it is" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).status == "new"
    denied = Event.objects.get(kind="access.denied")
    assert denied.facts == {"view": "case-do", "method": "POST"}


def test_the_case_page_shows_path_clocks_next_step_and_timeline(world: World) -> None:
    case = world.case(at=timezone.now(), description="We sourced it.")
    page = signed_in(world, "tom").get(url(world, f"cases/{case.pk}/")).content.decode()
    for text in ("We sourced it.", "Level 1", "Level 3", "Response", "Decision", "Total"):
        assert text in page
    assert "opened the case" in page
    assert len(re.findall("btn-primary", page)) == 1


def test_a_verb_without_its_reason_comes_back_with_the_error_on_its_field(world: World) -> None:
    case = world.case(at=timezone.now())
    answer = signed_in(world, "tom").post(
        url(world, f"cases/{case.pk}/do/escalate/"), {"reason": ""}
    )
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_a_message_is_internal_unless_said_otherwise(world: World) -> None:
    case = world.case(at=timezone.now())
    client = signed_in(world, "tom")
    client.post(
        url(world, f"cases/{case.pk}/do/message/"), {"audience": "internal", "body": "Careful."}
    )
    party = world.partners["alpenwerk"].pk
    client.post(
        url(world, f"cases/{case.pk}/do/message/"),
        {"audience": f"party:{party}", "body": "We are on it."},
    )
    found = Message.objects.order_by("at").values_list("audience", "partner_id", "body")
    assert list(found) == [("internal", None, "Careful."), ("party", party, "We are on it.")]


def test_the_whole_way_to_a_resolution(world: World) -> None:
    case = world.case(at=timezone.now())
    client = signed_in(world, "tom")
    for verb, data in (
        ("acknowledge", {}),
        ("decide", {"outcome": "upheld", "reason": "The routing log is clear."}),
        ("resolve", {"resolution": "Alpenwerk gets the next lead."}),
        ("close", {}),
    ):
        answer = client.post(url(world, f"cases/{case.pk}/do/{verb}/"), data)
        assert (verb, answer.status_code) == (verb, 302)
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.outcome, case.due_at) == ("closed", "upheld", None)
    assert set(case.clocks.values_list("kind", "state")) == {
        ("response", "met"),
        ("decision", "met"),
        ("total", "met"),
        ("closing", "ended"),
    }


def test_a_strategic_case_needs_a_memo(world: World) -> None:
    case = world.case(at=timezone.now(), category=world.categories["territory"])
    answer = signed_in(world, "tom").post(
        url(world, f"cases/{case.pk}/do/resolve/"), {"resolution": "Done."}
    )
    assert answer.status_code == 409
    assert "resolved with an issued memo" in answer.content.decode()


def test_a_case_is_found_by_number_partner_deal_and_words(world: World) -> None:
    case = world.case(at=timezone.now(), deal_id="D-4711", title="Klinikum Isartal twice")
    client = signed_in(world, "pavel")
    for text in (case.number, "alpenw", "d-4711", "isartal twi"):
        assert case.title in client.get(url(world, "search/"), {"q": text}).content.decode()
    assert case.title not in client.get(url(world, "search/"), {"q": "rheintor"}).content.decode()
    for odd in ("'", "\\", "a & | b", "<!>", ":*", "\x00", "%"):
        assert client.get(url(world, "search/"), {"q": odd}).status_code == 200


def test_logging_a_dispute_asks_checks_and_opens(world: World) -> None:
    client = signed_in(world, "tom")
    assert "lead-routing" in client.get(url(world, "log/")).content.decode()
    answers = {
        "partner": str(world.partners["alpenwerk"].pk),
        "title": "Lead went past us",
        "description": "We sourced it on 3 November.",
        "expected_outcome": "The lead back.",
        "revenue": "30000",
        "customers": "1",
        "exposure": "none",
        "relationship": "signal",
    }
    address = url(world, "log/lead-routing/")
    checked = client.post(address, {**answers, "step": "check"}).content.decode()
    assert "Check your answers" in checked
    assert Case.objects.count() == 0
    assert client.post(address, {**answers, "step": "open"}).status_code == 302
    case = Case.objects.get()
    assert (case.severity, case.impact_score, case.owner.name) == ("s3", 31, "Tom")


def test_wrong_answers_are_named_and_nothing_is_opened(world: World) -> None:
    client = signed_in(world, "tom")
    address = url(world, "log/lead-routing/")
    answer = client.post(address, {"title": "x" * 201, "amount": "NaN", "step": "open"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ensure this value has at most 200 characters" in page
    assert "Enter a number." in page
    assert Case.objects.count() == 0


@pytest.mark.parametrize("path", ["inbox/?view=all", "search/?q=lead", "notices/", "rules/"])
def test_no_page_makes_a_query_per_row(
    world: World, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(world, "petra")
    counts = []
    for total in (1, 30):
        while Case.objects.count() < total:
            case = world.case(at=timezone.now())
            actions.escalate(case, by=world["tom"], at=timezone.now(), reason="Too big.")
        with django_assert_max_num_queries(60) as captured:
            assert client.get(url(world, path)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
