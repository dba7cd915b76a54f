"""The pages of cases, as each person sees them."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from cases import actions, paging, queries
from cases.models import Assignment, Case, Clock, Message
from journal.models import Event
from tenants.ids import uuid7
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
    # What was closed or withdrawn is there too.
    assert re.search(r"view=ended[^>]*>\s*Over", page)


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
    for odd in ("'", "\\", "a & | b", "<!>", ":*", "\x00", "\x00 \x00", "%"):
        for page in ("search/", "inbox/"):
            assert client.get(url(world, page), {"q": odd}).status_code == 200


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("isar", True),
        ("isa", True),
        ("is", False),
        ("klinikum is", False),
        ("klinikum isa", True),
        ("esc-2026-0001", True),
        ("ESC-2026-0001", True),
        ("esc-2026-000", False),
        ("\x00", False),
        (" ", False),
    ],
)
def test_the_last_word_may_be_a_beginning_of_three_letters_and_a_number_is_exact(
    world: World, text: str, found: bool
) -> None:
    case = world.case(title="Klinikum Isartal")
    assert case.number == "ESC-2026-0001"
    assert queries.with_words(text) == ([case.pk] if found else [])
    assert queries.search(world["pavel"], text) == ([case] if found else [])


@pytest.fixture
def crowd(world: World) -> Case:
    """An open case older than as many ended ones with its words as a search returns."""
    case = world.case(title="Klinikum Isartal")
    copies = []
    for number in range(queries.MOST_WITH_WORDS):
        copy = Case.objects.defer("search").get(pk=case.pk)
        copy.pk, copy.number, copy.status = uuid7(), f"OLD-{number}", "closed"
        copy.updated_at = case.updated_at + HOUR
        copies.append(copy)
    Case.objects.bulk_create(copies)
    return case


def test_a_search_that_finds_more_than_it_shows_says_so(world: World) -> None:
    case = world.case(title="Klinikum Isartal")
    client = signed_in(world, "tom")
    few = client.get(url(world, "search/"), {"q": "isartal"}).content.decode()
    copies = []
    for number in range(paging.PAGE):
        copy = Case.objects.get(pk=case.pk)
        copy.pk, copy.number, copy.updated_at = uuid7(), f"NEW-{number}", case.updated_at + HOUR
        copies.append(copy)
    Case.objects.bulk_create(copies)
    many = client.get(url(world, "search/"), {"q": "isartal"}).content.decode()
    assert ("that changed last" in few, few.count("p-rows")) == (False, 1)
    assert "The 50 that changed last." in many
    assert len(set(re.findall(r"NEW-\d+", many))) == paging.PAGE
    assert case.number not in many


def test_a_search_without_a_find_names_what_can_be_found(world: World) -> None:
    page = signed_in(world, "tom").get(url(world, "search/"), {"q": "nowhere"}).content.decode()
    assert "the external number" in page
    assert "of what happened" in page


def test_what_has_ended_does_not_crowd_out_what_is_open(world: World, crowd: Case) -> None:
    client = signed_in(world, "tom")
    page = client.get(url(world, "inbox/"), {"q": "isartal"}).content.decode()
    assert (crowd.number in page, "Very many cases" in page) == (True, False)
    page = client.get(url(world, "inbox/"), {"q": "isartal", "view": "ended"}).content.decode()
    assert "only the 500 that changed last" in page


@pytest.mark.parametrize("view", queries.VIEWS)
def test_a_filter_stays_on_its_tab(world: World, view: str) -> None:
    page = signed_in(world, "tom").get(url(world, "inbox/"), {"view": view}).content.decode()
    form = page[page.index('<form class="p-find" method="get"') :]
    assert f'<input name="view" type="hidden" value="{view}">' in form[: form.index("</form>")]


@pytest.mark.parametrize(("words", "count"), [("", 2), ("isar &", 1), ("rheintor", 0)])
def test_what_changed_is_counted_and_shown_under_the_filter(
    world: World, words: str, count: int
) -> None:
    client = signed_in(world, "tom")
    page = client.get(url(world, "inbox/"), {"view": "all", "q": words}).content.decode()
    (asks,) = re.findall(r'hx-get="([^"]+/fresh/[^"]+)"', page)
    later = timezone.now() + HOUR
    for title in ("Klinikum Isar", "Stadtwerke"):
        case = world.case(at=timezone.now(), title=title)
        Case.objects.filter(pk=case.pk).update(updated_at=later)
    said = client.get(unescape(asks)).content.decode()
    told = re.findall(r"(\d+) cases? changed", said)
    assert told == ([str(count)] if count else [])
    if count:
        (shows,) = re.findall(r'p-fresh" href="([^"]+)"', said)
        shown = client.get(unescape(shows)).content.decode()
        assert len(re.findall(r"data-row", shown)) == count


def row_and_page(world: World, case: Case, name: str) -> tuple[bool, bool, bool]:
    """Return whether a row, a title and a button tell somebody to answer a case."""
    client = signed_in(world, name)
    found = client.get(url(world, "inbox/?view=all")).content.decode()
    page = client.get(url(world, f"cases/{case.pk}/")).content.decode()
    act = f"cases/{case.pk}/do/acknowledge/"
    return act in found, "Next: Acknowledge" in " ".join(page.split()), act in page


def test_row_title_and_button_agree_on_who_waits_for_an_answer(world: World) -> None:
    now = timezone.now()
    case = world.case(at=now)
    Assignment.objects.filter(pk=case.turn_id).update(backup=world["petra"].user)
    response = Clock.objects.filter(case_id=case.pk, kind="response")
    # The total is due before the answer, and the case has been worked on.
    Case.objects.filter(pk=case.pk).update(due_kind="total", status="in_progress")
    assert row_and_page(world, case, "tom") == (True, True, True)
    assert row_and_page(world, case, "petra") == (True, True, True)
    assert row_and_page(world, case, "marianne") == (False, False, False)
    # Decided below, and climbed since.
    Case.objects.filter(pk=case.pk).update(status="decided")
    assert row_and_page(world, case, "tom") == (True, True, True)
    # Answered, though its face was not brought up to date.
    Case.objects.filter(pk=case.pk).update(due_kind="response", status="in_progress")
    response.update(state="met", met_at=now, next_fire_at=None)
    assert row_and_page(world, case, "tom") == (False, False, False)
    assert row_and_page(world, case, "petra") == (False, False, False)


def test_a_new_case_offers_escalating_before_resolving(world: World) -> None:
    case = world.case(at=timezone.now())
    page = signed_in(world, "tom").get(url(world, f"cases/{case.pk}/")).content.decode()
    places = [page.index(f'href="#do-{verb}"') for verb in ("decide", "escalate", "resolve")]
    assert places == sorted(places)


def test_older_entries_of_a_case_are_reached(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    case = world.case(at=timezone.now() - HOUR)
    for text in ("First.", "Second."):
        actions.add_message(case, by=world["tom"], at=timezone.now(), body=text)
    client = signed_in(world, "tom")
    page = client.get(url(world, f"cases/{case.pk}/")).content.decode()
    assert "opened the case" not in page
    (older,) = re.findall(r'href="(\?before=[^"]+)"', page)
    assert "opened the case" in client.get(url(world, f"cases/{case.pk}/{older}")).content.decode()


def test_logging_a_dispute_asks_checks_and_opens(world: World) -> None:
    client = signed_in(world, "tom")
    assert "lead-routing" in client.get(url(world, "log/")).content.decode()
    form = client.get(url(world, "log/lead-routing/")).content.decode()
    assert re.search(r'id="id_title_helptext">The partner for whom you log it reads this\.<', form)
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


def test_the_inbox_takes_twelve_statements(world: World) -> None:
    """As the bench of lists counts them: without those of transactions and of the scope."""
    for _ in range(3):
        world.case(at=timezone.now())
    client = signed_in(world, "petra")
    assert client.get(url(world, "inbox/?view=all")).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(url(world, "inbox/?view=all"))
    apart = ("SELECT set_config", "SAVEPOINT", "RELEASE")
    own = [one["sql"] for one in captured if not one["sql"].strip().startswith(apart)]
    assert len(own) == 12


def test_the_views_are_counted_in_two_queries_as_each_lists_them(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        world.case(at=timezone.now())
    actions.withdraw(world.case(at=timezone.now()), by=world["tom"], at=timezone.now(), reason="No")
    member = world["tom"]
    with django_assert_num_queries(2):
        counts = queries.count_views(member)
    assert counts == {v: paging.bounded(queries.listed(member, v)) for v in queries.VIEWS}
    assert counts == {"mine": 2, "in_place": 0, "all": 2, "handed": 0, "ended": 1}
