"""Every page of the resolver, in both themes and on the narrowest screen. One without a line here
fails."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Route, expect
from pytest_django.fixtures import Settings

from cases import actions
from cases.models import Case, Clock, Override
from cases.overrides import reconcile
from cases.retiming import hold
from escalation.demo import FILE_NAME
from escalation.demo.cast import FJORDSOUND, QUELLWERK
from journal.models import Channel, Notice, NoticeState
from ladder.models import Level
from partners.models import Contact
from tests.browser.desk import Desk, Seat
from tests.cases.rebases import approved, asked, of_ladder, second_admin
from tests.escalation.browsing import addresses
from tests.factories import World, make_absence
from tests.memos.deals import ask, empower
from tests.memos.story import in_state
from tests.tenants.held import hold_tokens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STAFF, PORTAL = "/t/quellwerk/", "/p/quellwerk/alpenwerk/"
# How far a memo has come that an address names; OF_… is its case.
MEMOS = ("DRAFT", "IN_REVIEW", "REVIEWED", "ISSUED")
# Who opens it, and its address; CASE, CLOCK and CONCESSION stand for ids. The demo's pages are
# included.
PAGES = {
    "home": ("", "/"),
    "sign-in": ("", "/sign-in/"),
    "choose": ("anna", "/choose/"),
    "inbox": ("tom", STAFF + "inbox/"),
    "search": ("petra", STAFF + "search/?q=hannover"),
    "log": ("tom", STAFF + "log/"),
    "log-category": ("tom", STAFF + "log/lead-routing/"),
    "case": ("tom", STAFF + "cases/CASE/"),
    "case-clock": ("tom", STAFF + "cases/CASE/clocks/CLOCK/"),
    "overrides": ("petra", STAFF + "overrides/#OUTSIDE"),
    "rebases": ("ines", STAFF + "rules/rebases/#REBASE"),
    "rebase-new": ("ines", STAFF + "rules/rebases/new/?ladder=LADDER"),
    "rebase": ("olga", STAFF + "rules/rebases/REBASE/"),
    "health": ("ines", STAFF + "health/"),
    "policy": ("petra", STAFF + "rules/"),
    "memos": ("tom", STAFF + "memos/?q=customer#ISSUED"),
    "memo-of-case": ("tom", STAFF + "cases/CASE/memo/"),
    "memo": ("tom", STAFF + "memos/ISSUED/"),
    "memo-edit": ("tom", STAFF + "memos/DRAFT/edit/"),
    "portal-memo": ("anna", PORTAL + "cases/OF_ISSUED/memo/"),
    "rates": ("ines", STAFF + "rules/rates/"),
    "approvals": ("petra", STAFF + "approvals/"),
    "concession-new": ("tom", STAFF + "cases/CASE/concessions/new/"),
    "concession": ("petra", STAFF + "cases/CASE/concessions/CONCESSION/"),
    "absences": ("tom", STAFF + "away/"),
    "absence": ("tom", STAFF + "away/ABSENCE/"),
    "notices": ("petra", STAFF + "notices/"),
    "outbox": ("ines", STAFF + "outbox/"),
    "tokens": ("ines", STAFF + "settings/tokens/#PROGRAM"),
    "token-new": ("tom", STAFF + "settings/tokens/new/"),
    "token-new-for": ("ines", STAFF + "settings/tokens/new/PROGRAM/"),
    "program-new": ("ines", STAFF + "settings/programs/new/"),
    "portal-tokens": ("anna", PORTAL + "tokens/#PROGRAM"),
    "portal-token-new": ("anna", PORTAL + "tokens/new/"),
    "portal-cases": ("anna", PORTAL),
    "portal-case": ("anna", PORTAL + "cases/CASE/"),
    "portal-clock": ("anna", PORTAL + "cases/CASE/clocks/CLOCK/"),
    "portal-log": ("anna", PORTAL + "log/"),
    "portal-log-category": ("anna", PORTAL + "log/lead-routing/"),
}
# The same pages as they look to somebody else, or at another time.
STATES = {
    "concession of others": ("pavel", STAFF + "cases/CASE/concessions/CONCESSION/"),
    "case with a memo": ("tom", STAFF + "cases/OF_ISSUED/"),
    "memo to send for review": ("tom", STAFF + "memos/DRAFT/"),
    "memo to review": ("petra", STAFF + "memos/IN_REVIEW/"),
    "memo in review, edited": ("tom", STAFF + "memos/IN_REVIEW/edit/"),
    "memo to issue": ("tom", STAFF + "memos/REVIEWED/"),
    "absences of others": ("pavel", STAFF + "away/#ABSENCE"),
    "absences, to record for anybody": ("ines", STAFF + "away/#ABSENCE"),
    "absences of one's own": ("tom", STAFF + "away/#ABSENCE"),
    "absence, to take over": ("petra", STAFF + "away/ABSENCE/"),
    "inbox of who stands in": ("petra", STAFF + "inbox/?view=in_place#ABSENCE"),
    "re-base, whose clocks": ("ines", STAFF + "rules/rebases/new/#LADDER"),
    "re-base, of one's own": ("ines", STAFF + "rules/rebases/REBASE/"),
    "re-base, carried out": ("petra", STAFF + "rules/rebases/CARRIED/"),
    "re-bases answered": ("pavel", STAFF + "rules/rebases/?view=answered#CARRIED"),
    "clock that was re-based": ("ines", STAFF + "cases/CASE/clocks/CLOCK/#CARRIED"),
    "portal-clock that was re-based": ("anna", PORTAL + "cases/CASE/clocks/CLOCK/#CARRIED"),
    "overrides reconciled": ("tom", STAFF + "overrides/?view=reconciled#LEARNED"),
    "case with an override": ("marianne", STAFF + "cases/CASE/#OUTSIDE"),
    "case held for somebody": ("petra", STAFF + "cases/CASE/#ABSENCE"),
    "portal-case with a memo": ("anna", PORTAL + "cases/OF_ISSUED/"),
}
NOT_PAGES = {
    "sign-out": "an act",
    "demo-hide": "an act",
    "inbox-fresh": "a line within the inbox",
    "case-due": "leads to a clock",
    "case-do": "an act",
    "absence-end": "an act",
    "rebase-answer": "an act",
    "concession-do": "an act",
    "memo-do": "an act",
    "memo-action-done": "an act",
    "memo-pdf": "a file",
    "memo-pdf-copy": "a file",
    "portal-memo-pdf": "a file",
    "portal-case-do": "an act",
    "token-revoke": "an act",
    "portal-token-revoke": "an act",
    "notices-read": "an act",
    "livez": "for programs",
    "readyz": "for programs",
    "metrics": "for programs",
}
EMPTY = {
    "inbox": ("marianne", STAFF + "inbox/", "Nothing waits for you"),
    "filtered inbox": ("tom", STAFF + "inbox/?q=zebra", "Nothing fits"),
    "resolved": ("tom", STAFF + "inbox/?view=ended", "No cases here yet"),
    "search": ("tom", STAFF + "search/?q=zebra", "Nothing found"),
    "notices": ("marianne", STAFF + "notices/", "Nothing to tell"),
    "memos": ("tom", STAFF + "memos/", "No memos here yet"),
    "memos found": ("tom", STAFF + "memos/?q=zebra", "Nothing fits"),
    "drafts": ("tom", STAFF + "memos/?status=draft", "A memo is begun on the page of its case."),
    "memo": ("pavel", STAFF + "cases/CASE/memo/", "Nobody has begun it."),
    "portal asked": ("anna", PORTAL + "?asked=1", "Nothing waits for you"),
    "approvals": ("marianne", STAFF + "approvals/", "Nothing waits for you"),
    "rates": ("petra", STAFF + "rules/rates/", "No rates yet"),
    "overrides": ("pavel", STAFF + "overrides/", "Nothing is open"),
    "re-bases": ("pavel", STAFF + "rules/rebases/", "Nothing waits for an answer"),
    "nothing to re-base": (
        "ines",
        STAFF + "rules/rebases/new/?case=CASE",
        "No clock would change",
    ),
    "nobody is away": ("pavel", STAFF + "away/", "Nobody else."),
    "standing in": ("tom", STAFF + "inbox/?view=in_place", "Nothing waits in anybody's place"),
    "portal": ("marc", "/p/quellwerk/rheintor/", "No cases yet"),
    "tokens": ("pavel", STAFF + "settings/tokens/", "You have no tokens"),
    "programs": ("ines", STAFF + "settings/tokens/", "No programs yet."),
    "portal tokens": ("anna", PORTAL + "tokens/", "You have no tokens"),
}
REFUSED = {
    "403": ("ruth", STAFF + "rules/", "Only staff and auditors see the rules."),
    "404": ("tom", STAFF + f"cases/{uuid4()}/", "There is nothing here"),
}
STILL = ("400.html", "403_csrf.html", "500.html", "503.html")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NARROWEST = 320
VENDORS = (QUELLWERK, FJORDSOUND)


@pytest.fixture
def case(vendor: World) -> Case:
    """A case that has climbed once, with a note and a message, and a contact of two partners."""
    with vendor.scope():
        partner, now = vendor.partners["rheintor"], timezone.now()
        vendor_case = vendor.case(at=now, amount=Decimal(30_000), currency="EUR")
        actions.add_message(
            vendor_case, by=vendor["tom"], at=now, body="Careful.", audience="internal"
        )
        actions.add_message(
            vendor_case, by=vendor["tom"], at=now, body="We are on it.", audience="parties"
        )
        actions.escalate(vendor_case, by=vendor["tom"], at=now, reason="Above my limit.")
        vendor.case(at=now, title="A second lead, with " + "averylongwordwithoutanyspace" * 3)
        mails = Notice.objects.filter(channel=Channel.EMAIL)
        mails.update(state=NoticeState.SENT, done_at=now)
        user = vendor["anna"].user
        Contact.objects.create(tenant=vendor.tenant, partner=partner, user=user)
    return vendor_case


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> None:
    """Demo mode, with everybody's button on the sign-in page and the page of mails sent."""
    people = [{"email": p.email} for vendor in VENDORS for p in vendor.everybody]
    (tmp_path / FILE_NAME).write_text(json.dumps({"users": people}))
    settings.DEMO, settings.DATA_DIR = True, tmp_path


def visit(seat: Seat, world: World, name: str, path: str, **options: object) -> Desk:
    """Return the window of a person who opened an address."""
    desk = seat(NARROWEST, 800, **options)
    if name:
        desk.enter(world, name)
    desk.go(path)
    return desk


def address_of(world: World, case: Case, path: str) -> str:
    """Return an address with its ids; where it is about concessions, one waits for Petra; a memo
    that it names is as far as it says."""
    if "CONCESSION" in path or "approvals" in path:
        with world.scope():
            empower(world)
            made = ask(world, case, kind="price", percent="4.5", at=timezone.now())
            path = path.replace("CONCESSION", str(made.pk))
    if "ABSENCE" in path:
        with world.scope():
            away = make_absence(world, "tom", "petra", note="Visiting partners.")
            path = path.replace("ABSENCE", str(away.pk))
    if "OUTSIDE" in path or "LEARNED" in path:
        with world.scope():
            act_outside(world, case, learned="LEARNED" in path)
    if any(word in path for word in ("REBASE", "CARRIED", "LADDER")):
        with world.scope():
            path = rebase_in(world, path)
    if "PROGRAM" in path:
        with world.scope():
            path = path.replace("PROGRAM", str(hold_tokens(world).pk))
    for state in (state for state in MEMOS if state in path):
        with world.scope():
            memo = in_state(world, state.lower())
        path = path.replace(f"OF_{state}", str(memo.case_id)).replace(state, str(memo.pk))
    if "CLOCK" in path:
        with world.scope():
            clock = Clock.objects.filter(case=case, kind="decision").latest("anchor")
        path = path.replace("CLOCK", str(clock.pk))
    return path.replace("CASE", str(case.pk))


def act_outside(world: World, case: Case, *, learned: bool) -> None:
    """Let Petra hold the window of her own level, and Marianne say what was learned of it."""
    at = timezone.now()
    until, why = at + timedelta(days=2), "The customer's board meets on Thursday."
    hold(case, by=world["petra"], at=at, until=until, reason=why, override=True)
    if learned:
        ident = Override.objects.get().pk
        said = {"finding": "change", "learned": "Boards meet on Thursdays: plan for it."}
        reconcile(case, by=world["marianne"], at=at, override_id=ident, **said)


def rebase_in(world: World, path: str) -> str:
    """Shorten the windows of the ladder, and let Ines ask for a re-base; Olga approves it where it
    is to be carried out. Returns the address with its ids."""
    second_admin(world)
    assert world.ladder is not None
    Level.objects.update(decision_window="PT30H", response_window="PT2H")
    path = path.replace("LADDER", str(world.ladder.pk))
    if "REBASE" in path or "CARRIED" in path:
        at = timezone.now()
        made = approved(world, of_ladder(world), at=at) if "CARRIED" in path else None
        made = made or asked(world, of_ladder(world), at=at)
        path = path.replace("REBASE", str(made.pk)).replace("CARRIED", str(made.pk))
    return path


def test_every_address_is_a_page_looked_at_or_said_not_to_be_one() -> None:
    names = {address.name for address in addresses()}
    known = PAGES.keys() | NOT_PAGES.keys()
    assert {name for name in names if not name.startswith("api-")} == known
    assert not PAGES.keys() & NOT_PAGES.keys()


@pytest.mark.parametrize("name", [*PAGES, *STATES])
def test_a_page_is_in_order_in_both_themes(
    vendor: World, case: Case, seat: Seat, demo: None, name: str
) -> None:
    person, path = (PAGES | STATES)[name]
    desk = visit(seat, vendor, person, address_of(vendor, case, path))
    for theme in THEMES:
        desk.page.emulate_media(color_scheme=theme)
        desk.page.reload()
        desk.look()
    desk.page.emulate_media(color_scheme="light")
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.page.reload()
    desk.look(f"page-{name}")


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_page_says_what_to_do(vendor: World, case: Case, seat: Seat, name: str) -> None:
    person, path, words = EMPTY[name]
    desk = visit(seat, vendor, person, address_of(vendor, case, path))
    expect(desk.page.get_by_text(words)).to_be_visible()
    desk.look()


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_a_page_with_a_reason_and_the_requests_name(
    vendor: World, seat: Seat, name: str
) -> None:
    person, path, words = REFUSED[name]
    desk = visit(seat, vendor, person, path)
    expect(desk.page.get_by_text(words).first).to_be_visible()
    expect(desk.page.get_by_text("Request")).to_be_visible()
    desk.look()


def test_a_partner_reads_a_case_on_a_narrow_screen_without_scripts(
    vendor: World, case: Case, seat: Seat
) -> None:
    desk = visit(seat, vendor, "anna", PORTAL, java_script_enabled=False)
    desk.page.get_by_role("link", name=case.title).click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(case.title)
    expect(desk.page.get_by_text("Petra Winkler answers first, by")).to_be_visible()
    expect(desk.page.get_by_role("article")).to_have_count(1)
    expect(desk.page.get_by_role("article")).to_contain_text("We are on it.")


def test_what_is_no_longer_possible_is_said_with_what_is(
    vendor: World, case: Case, seat: Seat
) -> None:
    desk = visit(seat, vendor, "petra", f"{STAFF}cases/{case.pk}/")
    with vendor.scope():
        actions.acknowledge(case, by=vendor["petra"], at=timezone.now())
    desk.page.get_by_role("button", name="Acknowledge").click()
    expect(desk.page.get_by_text("This turn was acknowledged already.")).to_be_visible()
    expect(desk.page.get_by_text("What is possible now:")).to_contain_text("Decide")
    desk.look()


def test_a_refusal_in_a_list_is_shown_there_and_the_list_stays(
    vendor: World, case: Case, seat: Seat
) -> None:
    desk = visit(seat, vendor, "petra", f"{STAFF}inbox/")
    with vendor.scope():
        actions.acknowledge(case, by=vendor["petra"], at=timezone.now())
    desk.page.get_by_role("button", name="Acknowledge").click()
    refused = desk.page.locator("#p-refused")
    expect(refused).to_contain_text("This turn was acknowledged already.")
    expect(desk.page.locator(f"#row-{case.pk}")).to_be_visible()
    desk.look()


@pytest.mark.parametrize("template", STILL)
def test_an_error_page_needs_nothing_but_itself(vendor: World, seat: Seat, template: str) -> None:
    desk = seat(NARROWEST, 800)
    body = render_to_string(template)

    def fail(route: Route) -> None:
        route.fulfill(status=200, body=body, content_type="text/html; charset=utf-8")

    desk.page.route("**/broken/", fail)
    for theme in THEMES:
        desk.page.emulate_media(color_scheme=theme)
        desk.go("/broken/")
        desk.look()


def test_a_form_with_errors_leads_to_its_fields_and_keeps_what_was_written(
    vendor: World, seat: Seat
) -> None:
    desk = visit(seat, vendor, "tom", f"{STAFF}log/lead-routing/")
    desk.page.get_by_label("Title").fill("Kept")
    desk.page.get_by_role("button", name="Check your answers").click()
    summary = desk.page.locator("[data-errors]")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="What happened").click()
    expect(desk.page.get_by_label("What happened")).to_be_focused()
    expect(desk.page.get_by_label("Title")).to_have_value("Kept")
    desk.look()


def test_a_wrong_password_is_said_on_the_page(vendor: World, seat: Seat) -> None:
    desk = seat(NARROWEST, 800)
    desk.go("/sign-in/")
    desk.page.get_by_label("E-mail").fill("nobody@quellwerk.example")
    desk.page.get_by_label("Password").fill("wrong")
    desk.page.get_by_role("button", name="Sign in").click()
    expect(desk.page.get_by_text("E-mail and password do not fit together.").first).to_be_visible()
    desk.look()


def test_what_was_sent_is_seen_to_be_busy_and_is_sent_once(
    vendor: World, case: Case, seat: Seat
) -> None:
    desk = visit(seat, vendor, "petra", address_of(vendor, case, STAFF + "approvals/"))
    sent: list[str] = []

    def leave_it_there(route: Route) -> None:
        sent.append(route.request.url)
        route.fulfill(status=204)

    desk.page.route("**/do/decide/", leave_it_there)
    desk.page.get_by_label("Your reason").first.fill("Fair.")
    approve = desk.page.get_by_role("button", name="Approve")
    approve.click()
    expect(approve).to_have_attribute("aria-busy", "true")
    approve.evaluate("button => button.click()")
    desk.look()
    assert len(sent) == 1


def test_the_composer_says_who_will_read_it(vendor: World, seat: Seat) -> None:
    with vendor.scope():
        case = vendor.case(others=((vendor.partners["rheintor"], "respondent"),))
    desk = visit(seat, vendor, "tom", f"{STAFF}cases/{case.pk}/")
    words = {
        "Internal": "staff will read this.",
        "Rheintor": "the partner chosen above will read it.",
        "All parties": "all parties will read it.",
    }
    for audience, said in words.items():
        desk.page.locator(".p-composer .p-seg").get_by_text(audience, exact=True).click()
        for other in words.values():
            line = desk.page.locator(".p-composer").get_by_text(other)
            expect(line).to_be_visible(visible=other == said)
