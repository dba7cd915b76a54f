"""The pages of a concession: on its case, by itself, and asking for one."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case
from cases.sections import sections_of
from journal.models import Event
from journal.registry import letters
from memos.actions import concession as verbs
from memos.concession_words import KINDS
from memos.models import Concession
from tests.cases.verbs import case_in, do
from tests.factories import World
from tests.memos import deals
from tests.memos.deals import again, ask, decide

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(world: World) -> World:
    """A vendor whose levels may concede something; the test runs in its scope."""
    return deals.empower(world)


@pytest.fixture
def case(desk: World) -> Case:
    """A dispute of Tom's, an hour old."""
    return desk.case(at=timezone.now() - HOUR)


def browser(world: World, name: str) -> Client:
    """Return a browser of one person's."""
    client = Client()
    client.force_login(world[name].user, backend="tenants.backends.EmailBackend")
    return client


def url(world: World, case: Case, rest: str = "") -> str:
    """Return an address about a case."""
    return f"/t/{world.tenant.slug}/cases/{case.pk}/{rest}"


def words(html: str) -> str:
    """Return a page's text with one space between its words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def read(world: World, name: str, case: Case, rest: str = "") -> str:
    """Return a page's text as a person reads it."""
    answer = browser(world, name).get(url(world, case, rest))
    assert answer.status_code == 200
    return words(answer.content.decode())


def place(made: Concession) -> str:
    """Return the rest of the address of a request."""
    return f"concessions/{made.pk}/"


def recent(world: World, case: Case, **facts: Any) -> Concession:
    """Ask for a concession just now."""
    return ask(world, case, at=timezone.now(), **facts)


def test_asking_by_the_form(desk: World, case: Case) -> None:
    client = browser(desk, "tom")
    form = client.get(url(desk, case, "concessions/new/")).content.decode()
    assert 'value="EUR"' in form
    given = {
        "kind": "price",
        "partner": str(desk.partners["alpenwerk"].pk),
        "amount": "1250.50",
        "currency": "eur",
        "percent": "4.5",
        "reason": deals.REASON,
        "condition": "",
    }
    answer = client.post(url(desk, case, "concessions/new/"), given)
    made = Concession.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url(desk, case, place(made)))
    assert (str(made.amount), str(made.percent), made.currency) == ("1250.5000", "4.50", "EUR")
    text = words(client.get(answer["Location"]).content.decode())
    assert "Asked. Petra decides, and was told." in text
    for part in ("Special price to Alpenwerk", "€1,250.50", "4.5 %", "Petra, Level 2, decides by"):
        assert part in text


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"amount": "1e309"}, "Digits only"),
        ({"amount": "NaN"}, "Digits only"),
        ({"amount": "0"}, "more than zero"),
        ({"amount": "1.005"}, "At most 2 decimals"),
        ({"amount": "100000000000000"}, "Too large"),
        ({"currency": "XXX"}, "Not a currency"),
        ({"percent": "5"}, "Only a price has a percent."),
        ({"kind": "cash"}, "Select a valid choice"),
        ({"partner": "00000000-0000-0000-0000-000000000000"}, "Select a valid choice"),
        ({"reason": ""}, "This field is required."),
    ],
)
def test_a_wrong_form_comes_back_with_its_reason(
    desk: World, case: Case, changed: dict[str, str], reason: str
) -> None:
    given = {
        "kind": "fee",
        "partner": str(desk.partners["alpenwerk"].pk),
        "amount": "100",
        "currency": "EUR",
        "reason": "Kept in the form.",
    }
    answer = browser(desk, "tom").post(url(desk, case, "concessions/new/"), given | changed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert reason in html
    assert ("Kept in the form." in html) == ("reason" not in changed)
    assert not Concession.objects.exists()


def test_nothing_is_asked_in_a_case_that_has_ended(desk: World) -> None:
    case = case_in(desk, "withdrawn")
    for answer in (
        browser(desk, "tom").get(url(desk, case, "concessions/new/")),
        browser(desk, "tom").post(url(desk, case, "concessions/new/"), {}),
    ):
        assert answer.status_code == 409
        assert "The case has ended." in answer.content.decode()


def test_the_case_page_lists_concessions_with_who_decides_by_when(desk: World, case: Case) -> None:
    assert "Nothing was asked for." in read(desk, "tom", case)
    made = recent(desk, case)
    text = read(desk, "petra", case)
    for part in ("Concessions", "Fee to Alpenwerk", "€3,000", "Pending", "Petra, Level 2, decides"):
        assert part in text
    assert f"{url(desk, case, place(made))}#answer" in (
        browser(desk, "petra").get(url(desk, case)).content.decode()
    )
    assert "#answer" not in browser(desk, "tom").get(url(desk, case)).content.decode()
    decide(desk, made, conditions="Paid first.", at=timezone.now())
    text = read(desk, "tom", case)
    for part in ("Approved", "It is fair.", "Paid first.", "Petra, Level 2"):
        assert part in text


def test_the_case_page_offers_no_decision_while_a_concession_is_pending(
    desk: World, case: Case
) -> None:
    do(desk, "acknowledge", case, at=timezone.now() - HOUR / 2)
    client = browser(desk, "tom")
    assert 'id="do-decide"' in client.get(url(desk, case)).content.decode()
    made = recent(desk, case)
    page = client.get(url(desk, case)).content.decode()
    assert 'id="do-decide"' not in page
    assert 'id="do-resolve"' not in page
    assert "A concession has to be decided first." in page
    assert len(re.findall("btn-primary", page)) == 0
    decide(desk, made, at=timezone.now())
    assert 'id="do-decide"' in client.get(url(desk, case)).content.decode()


def test_a_pending_request_of_an_ended_case_has_lapsed(desk: World, case: Case) -> None:
    made = recent(desk, case)
    do(desk, "withdraw", case, at=timezone.now())
    assert "Lapsed" in read(desk, "tom", case)
    text = read(desk, "petra", case, place(made))
    assert "Lapsed" in text
    assert "Your answer" not in text
    assert again(made).state == "pending"


def test_the_page_offers_each_side_what_it_may_do(desk: World, case: Case) -> None:
    made = recent(desk, case)
    asks, decides = ("Change the request", "Take the request back"), ("Your answer", "Deny")
    seen = {name: read(desk, name, case, place(made)) for name in ("tom", "petra", "olga", "pavel")}
    assert [word in seen["tom"] for word in (*asks, *decides)] == [True, True, False, False]
    assert [word in seen["petra"] for word in (*asks, *decides)] == [False, False, True, True]
    for name in ("olga", "pavel"):
        assert not any(word in seen[name] for word in (*asks, *decides))


def act(world: World, made: Concession, name: str, verb: str, **data: Any) -> Any:
    """Post a verb from the page of a request."""
    where = url(world, made.case, f"{place(made)}do/{verb}/")
    return browser(world, name).post(where, {"revision": again(made).revision, **data})


def test_the_whole_way_over_the_pages(desk: World, case: Case) -> None:
    made = recent(desk, case)
    assert act(desk, made, "petra", "decide", verdict="counter", amount="2000", reason="Less.")[
        "Location"
    ] == url(desk, case, place(made))
    text = read(desk, "tom", case, place(made))
    assert "€2,000 is offered instead." in text
    assert "Accept the offer" in text
    assert act(desk, made, "tom", "accept").status_code == 302
    assert (again(made).state, again(made).amount) == ("approved", Decimal(2000))
    assert "makes the approval void" in read(desk, "tom", case, place(made))
    wanted = {"kind": "fee", "amount": "30000", "currency": "EUR", "reason": "More."}
    assert act(desk, made, "tom", "change", **wanted).status_code == 302
    text = read(desk, "marianne", case, place(made))
    assert "void since the request changed" in text
    assert "Marianne, Level 3, decides by" in text
    assert act(desk, made, "tom", "withdraw", reason="Enough.").status_code == 302
    assert again(made).state == "withdrawn"


def test_a_wrong_change_comes_back_on_the_page_of_the_request(desk: World, case: Case) -> None:
    made = recent(desk, case)
    wanted = {"kind": "fee", "amount": "3000", "currency": "EUR", "reason": "Kept reason."}
    answer = act(desk, made, "tom", "change", **wanted)
    assert answer.status_code == 422
    assert "This is what was asked for already." in answer.content.decode()
    assert "Kept reason." in answer.content.decode()


def test_a_verb_nobody_knows_is_not_there(desk: World, case: Case) -> None:
    assert act(desk, recent(desk, case), "tom", "explode").status_code == 404


def test_who_decides_reads_on_at_the_approvals_and_others_at_the_request(
    desk: World, case: Case
) -> None:
    made = recent(desk, case)
    asked = Event.objects.get(kind="concession.requested")
    decide(desk, made, at=timezone.now())
    done = Event.objects.get(kind="concession.approved")
    petra, tom = (letters([asked, done], desk[name].user) for name in ("petra", "tom"))
    page = url(desk, case, place(made))
    assert petra[asked.pk].url == f"/t/{desk.tenant.slug}/approvals/"
    assert (tom[asked.pk].url, tom[done.pk].url, petra[done.pk].url) == (page, page, page)
    assert petra[asked.pk].subject == f"[{case.number}] A concession is asked for"
    assert petra[asked.pk].line == "Tom asked for a concession (Fee, €3,000). Petra decides."
    assert tom[done.pk].line == "Petra approved the concession (Fee, €3,000)."
    assert letters([asked, done], desk["anna"].user) == {}


SENTENCES = {
    "requested": "asked for a concession (Special price, 4.5 %, €3,000). Petra decides.",
    "countered": "offered something else (Special price, 3 %, €2,000.50) than was asked for"
    " (Special price, 4.5 %, €3,000), on behalf of Petra.",
    "accepted": "accepted what was offered: approved (Special price, 3 %, €2,000.50).",
    "changed": "changed the request for a concession (Fee, €50). Petra decides anew.",
    "denied": "denied the concession (Fee, €50).",
    "approved": "approved the concession with conditions (Fee, €60).",
    "withdrawn": "took the request for a concession back (Fee, €70).",
}


def test_the_timeline_says_each_step_in_a_sentence(desk: World, case: Case) -> None:
    deals.seat(desk, 2, backup=desk["olga"].user)
    now = timezone.now()
    made = ask(desk, case, kind="price", percent="4.5", at=now)
    made = decide(desk, made, "counter", by="olga", amount="2000.50", percent="3", at=now)
    verbs.accept_counter(made, by=desk["tom"], at=now)
    made = deals.change(desk, made, kind="fee", amount="50", at=now)
    decide(desk, made, "deny", at=now)
    decide(desk, ask(desk, case, amount="60", at=now), conditions="Paid first.", at=now)
    other = ask(desk, case, amount="70", at=now)
    verbs.withdraw_concession(other, by=desk["tom"], at=now, reason="No.")
    text = read(desk, "tom", case)
    for sentence in SENTENCES.values():
        assert sentence in text
    assert {f"concession.{name}" for name in SENTENCES} == set(KINDS)


def test_what_the_auditor_sees_of_a_case_without_concessions_is_no_section(
    desk: World, case: Case
) -> None:
    templates = [part.template for part in sections_of(case, desk["pavel"], timezone.now())]
    assert "components/concession_section.html" not in templates
    templates = [part.template for part in sections_of(case, desk["tom"], timezone.now())]
    assert "components/concession_section.html" in templates


def test_thirty_concessions_take_the_case_page_as_many_queries_as_one(
    desk: World, case: Case
) -> None:
    client = browser(desk, "petra")
    counted = []
    for more in (1, 29):
        for number in range(more):
            recent(desk, case, amount=str(100 + number))
        with CaptureQueriesContext(connection) as seen:
            page = client.get(url(desk, case)).content.decode()
        counted.append((len(seen), page.count("#answer")))
    assert [rows for _queries, rows in counted] == [1, 30]
    assert counted[0][0] == counted[1][0]


def test_who_may_no_longer_see_the_case_finds_nothing_to_decide(desk: World) -> None:
    made = ask(desk, desk.case(), by="petra", kind="lead", amount="10")
    do(desk, "escalate", made.case, by="tom")
    Case.objects.filter(pk=made.case_id).update(confidentiality="restricted")
    assert deals.asked(made) == ("Tom", 1)
    given = {"verdict": "approve", "reason": "Fair."}
    answer = browser(desk, "tom").post(url(desk, made.case, place(made) + "do/decide/"), given)
    assert answer.status_code == 404
    assert again(made).state == "pending"
