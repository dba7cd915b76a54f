"""A party reads its own copy of an issued memo, and nothing else of it: as the portal's role."""

import re
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Party
from journal.models import Event, Notice
from journal.registry import letters
from memos.actions.followup import complete_action
from memos.actions.issue import issue_memo
from memos.actions.memo import ActionText, succeed_memo
from memos.actions.review import ask_review, review_memo
from memos.models import Memo, MemoCopy, MemoReceipt
from memos.models.memo import SECTIONS as NAMES
from partners.models import Contact
from tenants.models import User
from tests.escalation.browsing import COLUMNS, browser, left, visitor
from tests.factories import World, make_world
from tests.memos.story import (
    AT,
    DUE,
    INTERNAL,
    SECTIONS,
    action_of,
    in_state,
    issued,
    two_parties,
    written,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


@pytest.fixture
def memo(vendor: World) -> Memo:
    """An issued memo between Alpenwerk and Rheintor."""
    with vendor.scope():
        return issued(vendor)


def address(world: World, case_id: UUID, name: str = "portal-memo", own: str = "alpenwerk") -> str:
    """Return where a party reads its copy."""
    return reverse(name, args=[world.tenant.slug, own, case_id])


def page(world: World, case_id: UUID, who: str = "anna", own: str = "alpenwerk") -> str:
    """Return a party's page of the memo."""
    answer = browser(world, who).get(address(world, case_id, own=own))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.content.decode()


def printed(world: World, case_id: UUID, who: str = "anna", own: str = "alpenwerk") -> str:
    """Return the text of a party's PDF."""
    answer = browser(world, who).get(address(world, case_id, "portal-memo-pdf", own))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(answer.content)
    text = "\n".join(sheet.get_textpage().get_text_range() for sheet in document)
    document.close()
    return " ".join(text.split())


def ask(client: Client, method: str, url: str, data: dict[str, str] | None = None) -> Any:
    """Make one request, and take back what it did."""
    with transaction.atomic():
        answer = getattr(client, method.lower())(url, data)
        transaction.set_rollback(True)
    return answer


def copy_on_page(world: World, own: str = "alpenwerk") -> dict[str, str]:
    """Return what the form of a party's page sends: which copy is on it."""
    with world.scope():
        copies = MemoCopy.objects.filter(partner=world.partners[own], memo__status="issued")
        return {"copy": copies.order_by("-memo__version")[0].sha256}


TABLE = {
    "portal-memo": (
        "404 404 404 404 404 200 404 404 302 302",
        "404 404 404 404 404 302 404 404 302 302",
    ),
    "portal-memo-pdf": (
        "404 404 404 404 404 200 404 404 302 302",
        "404 404 404 404 404 405 404 404 302 302",
    ),
}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_visitor_gets_its_own_or_nothing(vendor: World, memo: Memo, name: str) -> None:
    stranger = make_world()
    url = address(vendor, memo.case_id, name)
    for method, line in zip(("get", "post"), TABLE[name], strict=True):
        clients = {column: visitor(column, vendor, stranger) for column in COLUMNS}
        data = copy_on_page(vendor)
        found = [str(ask(clients[column], method, url, data).status_code) for column in COLUMNS]
        assert found == line.split(), method


@pytest.mark.parametrize("name", sorted(TABLE))
@pytest.mark.parametrize("hidden", ["draft", "in_review", "reviewed", "another's", "missing"])
def test_what_is_hidden_is_as_what_is_not_there(vendor: World, name: str, hidden: str) -> None:
    with vendor.scope():
        if hidden == "another's":
            partner = vendor.partners["rheintor"]
            case_id = issued(vendor, vendor.case(partner=partner), actions=()).case_id
        else:
            case_id = uuid4() if hidden == "missing" else in_state(vendor, hidden).case_id
    client = browser(vendor, "anna")
    real, nobodys = (ask(client, "GET", address(vendor, one, name)) for one in (case_id, uuid4()))
    assert real.status_code == 404
    assert left(real, case_id)[0] == left(nobodys)[0]
    assert client.post(address(vendor, case_id)).status_code == 404


def everything_but(world: World, own: str) -> list[str]:
    """Return every word that a party must not find anywhere."""
    rival, person = {"alpenwerk": ("rheintor", "Marc"), "rheintor": ("alpenwerk", "Anna")}[own]
    with world.scope():
        addresses = list(User.objects.values_list("email", flat=True))
        foreign = MemoCopy.objects.get(partner=world.partners[rival])
        memo = Memo.objects.get()
        ours = "Send the plan" if own == "rheintor" else "Find a lead"
        hashes = [memo.sha256, foreign.sha256]
    found = [rival, rival.title(), person, INTERNAL, *SECTIONS.values(), "Find a lead", ours]
    return [*found, *addresses, *hashes, str(foreign.pk), foreign.body, foreign.title]


@pytest.mark.parametrize(("who", "own"), [("anna", "alpenwerk"), ("marc", "rheintor")])
def test_page_and_pdf_hold_nothing_of_the_others(
    vendor: World, memo: Memo, who: str, own: str
) -> None:
    html, text = page(vendor, memo.case_id, who, own), printed(vendor, memo.case_id, who, own)
    for shown in (html, text, text.replace(" ", "")):
        assert [word for word in everything_but(vendor, own) if word in shown] == []
        assert "@" not in shown
    for shown in (html, text):
        assert f"For {own} alone." in shown
        assert f"Heading of {own}" in shown
        assert ("Send the plan" in shown) == (own == "alpenwerk")
        assert "M-2026-0001" in shown
    with vendor.scope():
        copy = MemoCopy.objects.get(partner=vendor.partners[own])
    assert copy.sha256 in html
    assert copy.sha256 in text.replace(" ", "")


def test_the_wall_shows_no_more_whatever_is_asked(vendor: World, memo: Memo) -> None:
    """SQL as the portal's role, without the queries that ask for what is one's own."""
    with vendor.scope():
        written(vendor, two_parties(vendor))
    own = vendor.partners["alpenwerk"].pk
    with vendor.scope(user_id=vendor["anna"].user_id, partner_id=own, portal=True):
        for table, columns in (
            ("memos_memo", "id"),
            ("memos_memocopy", "partner_id"),
            ("memos_memoaction", "partner_id"),
        ):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {columns} FROM {table}")
                assert cursor.fetchall() == [(memo.pk if columns == "id" else own,)], table
        for column in (
            *NAMES,
            "title",
            "review_note",
            "author_id",
            "reviewer_id",
            "sha256",
            "search",
        ):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SELECT {column} FROM memos_memo")
        for statement in (
            "UPDATE memos_memocopy SET body = ''",
            "DELETE FROM memos_memoreceipt",
            "INSERT INTO memos_memoreceipt SELECT * FROM memos_memoreceipt",
            "SELECT done_note FROM memos_memoaction",
        ):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


def test_saying_that_one_has_read_it(vendor: World, memo: Memo) -> None:
    html = page(vendor, memo.case_id)
    assert "Have you read this?" in html
    assert html.count("btn-primary") == 1
    client = browser(vendor, "anna")
    data = copy_on_page(vendor)
    assert f'name="copy" type="hidden" value="{data["copy"]}"' in html
    answer = client.post(address(vendor, memo.case_id), data)
    assert answer["Location"] == address(vendor, memo.case_id)
    html = page(vendor, memo.case_id)
    assert "You have read this" in html
    assert html.count("btn-primary") == 0
    assert client.post(address(vendor, memo.case_id), data).status_code == 409
    with vendor.scope():
        receipt = MemoReceipt.objects.select_related("copy").get()
        assert receipt.copy.partner_id == vendor.partners["alpenwerk"].pk
        [event] = Event.objects.filter(kind="memo.acknowledged")
        assert event.by_id == vendor["anna"].user_id
        told = Notice.objects.filter(event=event, channel="bell")
        assert [notice.user.name for notice in told.select_related("user")] == ["Tom"]
    # The other party reads neither that, nor who.
    assert "Anna" not in page(vendor, memo.case_id, "marc", "rheintor")


def test_a_colleague_sees_who_has_read_it_and_may_say_so_too(vendor: World, memo: Memo) -> None:
    with vendor.scope():
        Contact.objects.create(
            tenant=vendor.tenant, partner=vendor.partners["alpenwerk"], user=vendor["marc"].user
        )
    data = copy_on_page(vendor)
    browser(vendor, "anna").post(address(vendor, memo.case_id), data)
    html = page(vendor, memo.case_id, "marc")
    assert "Anna" in html
    assert "Have you read this?" in html
    answer = browser(vendor, "marc").post(address(vendor, memo.case_id), data)
    assert answer.status_code == 302
    with vendor.scope():
        assert MemoReceipt.objects.count() == 2


def test_a_program_cannot_say_so_without_the_forms_secret(vendor: World, memo: Memo) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(vendor["anna"].user, backend="tenants.backends.EmailBackend")
    assert client.post(address(vendor, memo.case_id)).status_code == 403


def test_actions_show_whether_they_are_done(vendor: World, memo: Memo) -> None:
    assert "Open" in page(vendor, memo.case_id)
    with vendor.scope():
        complete_action(action_of(memo, "Send the plan"), by=vendor["tom"], at=AT, note="Secret.")
    html = page(vendor, memo.case_id)
    assert "Done" in html
    assert "Secret." not in html
    assert "Nothing." in page(vendor, memo.case_id, "marc", "rheintor")


def test_a_successor_is_what_the_party_reads_from_its_issue_on(vendor: World, memo: Memo) -> None:
    before = copy_on_page(vendor)
    browser(vendor, "anna").post(address(vendor, memo.case_id), before)
    with vendor.scope():
        later = succeed_memo(memo, by=vendor["petra"], at=AT)
        MemoCopy.objects.filter(memo=later).update(body="Corrected.")
        assert "Corrected." not in page(vendor, memo.case_id)
        later = ask_review(later, by=vendor["petra"], at=AT, reviewer_id=vendor["ines"].user_id)
        later = review_memo(later, by=vendor["ines"], at=AT, agree=True)
        issue_memo(later, by=vendor["tom"], at=AT)
    html = page(vendor, memo.case_id)
    assert "Corrected." in html
    assert "Version 2, which replaces the earlier one" in html
    assert "Have you read this?" in html
    # A page of the version before, or a form that names none, says nothing about this one.
    for stale in (before, {}, {"copy": copy_on_page(vendor, "rheintor")["copy"]}):
        answer = browser(vendor, "anna").post(address(vendor, memo.case_id), stale)
        assert answer.status_code == 409
        assert "A newer version was issued; please read it." in answer.content.decode()
    with vendor.scope():
        assert MemoReceipt.objects.filter(copy__memo=later).count() == 0
    answer = browser(vendor, "anna").post(address(vendor, memo.case_id), copy_on_page(vendor))
    assert answer.status_code == 302
    with vendor.scope():
        assert MemoReceipt.objects.filter(copy__memo=later).count() == 1


def test_letters_lead_each_reader_to_what_they_read(vendor: World, memo: Memo) -> None:
    with vendor.scope():
        event = Event.objects.get(kind="memo.issued")
        staff = letters([event], vendor["petra"].user)[event.pk]
        party = letters([event], vendor["marc"].user)[event.pk]
        number = memo.case.number
    assert staff.url == reverse("memo", args=[vendor.tenant.slug, memo.pk])
    assert party.url == address(vendor, memo.case_id, own="rheintor")
    assert party.subject == f"[{number}] The memo was issued"
    assert party.line == "Tom issued memo M-2026-0001."
    assert INTERNAL not in f"{staff}{party}"


def test_internal_events_of_a_memo_are_not_told_to_parties(vendor: World, memo: Memo) -> None:
    with vendor.scope():
        events = list(Event.objects.filter(case_id=memo.case_id, kind__startswith="memo."))
        found = letters(events, vendor["anna"].user)
        kinds = {event.pk: event.kind for event in events}
    assert {kinds[pk] for pk in found} == {"memo.issued"}
    assert set(kinds.values()) == {
        *("memo.drafted", "memo.edited", "memo.review_asked", "memo.reviewed", "memo.issued")
    }


def test_what_was_written_for_a_party_is_never_markup(vendor: World) -> None:
    script = "<script>alert(1)</script>"
    with vendor.scope():
        case = two_parties(vendor)
        Party.objects.filter(case=case).update(title=script)
        own = vendor.partners["alpenwerk"].pk
        memo = issued(vendor, case, actions=(ActionText(script, DUE, partner_id=own),))
    html = page(vendor, memo.case_id)
    assert script not in html
    assert "&lt;script&gt;" in html


def count_of(client: Client, url: str) -> int:
    """Return how many queries a page makes."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_as_many_queries_for_many_actions_and_readers_as_for_one(vendor: World, memo: Memo) -> None:
    client = browser(vendor, "anna")
    one = count_of(client, address(vendor, memo.case_id))
    own = vendor.partners["alpenwerk"].pk
    many: tuple[Any, ...] = tuple(ActionText(f"Act {n}", DUE, partner_id=own) for n in range(30))
    with vendor.scope():
        case_id = issued(vendor, actions=many).case_id
    assert count_of(client, address(vendor, case_id)) == one
    assert len(re.findall(r"Act \d+", page(vendor, case_id))) == 30
