"""The keyboard reaches everything, and nothing needs scripts that could do without."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from cases.models import Case
from memos.models import Concession
from tests.browser.desk import Desk, Seat
from tests.factories import World
from tests.memos.deals import ask, empower

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INBOX = "/t/quellwerk/inbox/"
# Whether the control with the focus, its label or what is drawn over it shows a ring.
HAS_RING = """
() => {
  const here = document.activeElement;
  const drawn = (style) => style.boxShadow !== "none" || style.outlineStyle !== "none";
  const label = here.closest("label");
  return drawn(getComputedStyle(here)) || drawn(getComputedStyle(here, "::after"))
    || (label !== null && drawn(getComputedStyle(label)));
}
"""
WHAT = "() => document.activeElement.outerHTML.slice(0, 120)"


@pytest.fixture
def cases(vendor: World) -> list[Case]:
    """Two cases of Tom's, in the order of the list."""
    with vendor.scope():
        return [vendor.case(at=timezone.now(), title=title) for title in ("First", "Second")]


@pytest.fixture
def tom(vendor: World, cases: list[Case], seat: Seat) -> Iterator[Desk]:
    """Tom before his inbox; in the end his console must be empty."""
    desk = seat()
    desk.enter(vendor, "tom")
    desk.go(INBOX)
    yield desk
    assert desk.errors == []


def row(desk: Desk, title: str) -> Locator:
    """Return a row of the list by its title."""
    return desk.page.locator("[data-row]", has_text=title)


def test_slash_searches_and_what_is_typed_there_is_text(tom: Desk) -> None:
    tom.page.keyboard.press("/")
    expect(tom.page.get_by_label("Search cases")).to_be_focused()
    tom.page.keyboard.type("?second")
    expect(tom.page.get_by_role("dialog")).to_have_count(0)
    tom.page.keyboard.press("Enter")
    expect(tom.page).to_have_url(f"{tom.root}/t/quellwerk/search/?q=%3Fsecond")


def test_g_i_leads_to_the_inbox(tom: Desk) -> None:
    tom.go("/t/quellwerk/rules/")
    tom.page.keyboard.press("g")
    tom.page.keyboard.press("i")
    expect(tom.page).to_have_url(tom.root + INBOX)


def test_j_and_k_walk_the_list_and_enter_opens(tom: Desk) -> None:
    for key, title in (("j", "First"), ("j", "Second"), ("j", "Second"), ("k", "First")):
        tom.page.keyboard.press(key)
        expect(row(tom, title).locator(".p-row-title a")).to_be_focused()
    tom.page.keyboard.press("Enter")
    expect(tom.page.get_by_role("heading", name="First", level=1)).to_be_visible()


def test_a_acknowledges_the_row_with_the_focus_and_the_focus_stays(tom: Desk) -> None:
    tom.page.keyboard.press("a")
    expect(tom.page.get_by_role("button", name="Acknowledge")).to_have_count(2)
    tom.page.keyboard.press("j")
    tom.page.keyboard.press("j")
    tom.page.keyboard.press("a")
    expect(row(tom, "Second").get_by_role("button")).to_have_count(0)
    expect(row(tom, "Second").locator(".p-row-title a")).to_be_focused()
    expect(row(tom, "First").get_by_role("button", name="Acknowledge")).to_be_visible()
    expect(tom.page.locator("#p-live")).to_have_text("ESC-2026-0002 acknowledged")


def test_a_and_e_act_on_the_page_of_a_case(tom: Desk, cases: list[Case]) -> None:
    tom.go(f"/t/quellwerk/cases/{cases[0].pk}/")
    tom.page.keyboard.press("e")
    expect(tom.page.locator("#do-escalate").get_by_label("Why")).to_be_focused()
    tom.page.get_by_role("link", name="Cancel").click()
    expect(tom.page.get_by_role("button", name="Escalate")).to_be_focused()
    tom.page.keyboard.press("a")
    expect(tom.page.get_by_text("Acknowledged. The response clock is met.")).to_be_visible()


def test_question_mark_explains_and_turns_the_shortcuts_off(tom: Desk) -> None:
    tom.page.keyboard.press("?")
    dialog = tom.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    tom.look()
    dialog.get_by_label("Use these shortcuts in this browser").uncheck()
    dialog.get_by_role("button", name="Close").click()
    tom.page.reload()
    tom.page.keyboard.press("j")
    tom.page.keyboard.press("/")
    assert tom.page.evaluate("document.activeElement === document.body")


def test_the_first_tab_offers_to_skip_to_the_content(tom: Desk) -> None:
    tom.page.keyboard.press("Tab")
    skip = tom.page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    tom.page.keyboard.press("Enter")
    expect(tom.page.locator("main")).to_be_focused()


@pytest.mark.parametrize("place", ["inbox", "case"])
def test_the_focus_is_seen_wherever_it_stands(tom: Desk, cases: list[Case], place: str) -> None:
    if place == "case":
        tom.go(f"/t/quellwerk/cases/{cases[0].pk}/")
    seen: list[str] = []
    for _ in range(60):
        tom.page.keyboard.press("Tab")
        what = tom.page.evaluate(WHAT)
        if what.startswith("<body"):
            break
        assert tom.page.evaluate(HAS_RING), what
        seen.append(what)
    assert len(seen) > 12
    assert any("p-row-act" in what or "btn-primary" in what for what in seen)


def tab_to(desk: Desk, place: Locator) -> None:
    """Press Tab until the focus is there, and see it all the way."""
    for _ in range(80):
        desk.page.keyboard.press("Tab")
        assert desk.page.evaluate(HAS_RING), desk.page.evaluate(WHAT)
        if place.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"no Tab leads to {place}")


def test_a_concession_is_approved_with_nothing_but_tab_and_enter(
    vendor: World, cases: list[Case], seat: Seat
) -> None:
    with vendor.scope():
        empower(vendor)
        made = ask(vendor, cases[0], at=timezone.now())
    desk = seat()
    desk.enter(vendor, "petra")
    desk.go(INBOX)
    page, keys = desk.page, desk.page.keyboard
    tab_to(desk, page.get_by_title("Approvals"))
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Approvals")
    tab_to(desk, page.get_by_label("Your reason").first)
    keys.type("Fair.")
    tab_to(desk, page.locator("summary", has_text="Approve with conditions"))
    keys.press("Enter")
    tab_to(desk, page.get_by_label("Conditions"))
    keys.type("Paid later.")
    tab_to(desk, page.get_by_role("button", name="Approve €3,000"))
    keys.press("Enter")
    expect(page.get_by_text("Approved. Who asked was told.")).to_be_visible()
    with vendor.scope():
        found = Concession.objects.get(pk=made.pk)
    assert (found.state, found.conditions) == ("approved", "Paid later.")


def test_a_partner_logs_a_dispute_with_nothing_but_tab_and_enter(vendor: World, seat: Seat) -> None:
    desk = seat()
    desk.enter(vendor, "anna")
    desk.go("/p/quellwerk/alpenwerk/")
    page, keys = desk.page, desk.page.keyboard
    tab_to(desk, page.get_by_role("link", name="Log a dispute").first)
    keys.press("Enter")
    expect(page.get_by_text("Step 1 of 3")).to_be_visible()
    tab_to(desk, page.get_by_role("link", name="Lead routing"))
    keys.press("Enter")
    expect(page.get_by_text("Step 2 of 3")).to_be_visible()
    for label in ("What is it about?", "What do you expect?"):
        tab_to(desk, page.get_by_label(label))
        keys.type("The lead")
    tab_to(desk, page.get_by_role("button", name="Check your answers"))
    keys.press("Enter")
    expect(page.locator("[data-errors]")).to_be_focused()
    tab_to(desk, page.get_by_role("link", name="What happened: This field is required."))
    keys.press("Enter")
    expect(page.get_by_label("What happened")).to_be_focused()
    keys.type("It went past us.")
    tab_to(desk, page.get_by_role("button", name="Check your answers"))
    keys.press("Enter")
    expect(page.get_by_text("Step 3 of 3")).to_be_visible()
    tab_to(desk, page.get_by_role("button", name="Send"))
    keys.press("Enter")
    expect(page.get_by_text("is open. You can follow it here.")).to_be_visible()


def test_without_scripts_a_row_is_acknowledged(
    vendor: World, cases: list[Case], seat: Seat
) -> None:
    desk = seat(java_script_enabled=False)
    desk.enter(vendor, "tom")
    desk.go(INBOX)
    row(desk, "First").get_by_role("button", name="Acknowledge").click()
    expect(desk.page.get_by_text("Acknowledged. The response clock is met.")).to_be_visible()


def test_without_scripts_a_dispute_is_logged_and_handed_up(vendor: World, seat: Seat) -> None:
    desk = seat(java_script_enabled=False)
    desk.enter(vendor, "tom")
    desk.go("/t/quellwerk/log/lead-routing/")
    desk.page.get_by_label("For which partner").select_option(label="Alpenwerk")
    for label in ("Title", "What happened", "What the partner expects"):
        desk.page.get_by_label(label).fill("The lead")
    desk.page.get_by_role("button", name="Check your answers").click()
    desk.page.get_by_role("button", name="Open the case").click()
    expect(desk.page.get_by_text("is open. The clock runs.")).to_be_visible()
    desk.page.get_by_role("link", name="Escalate").click()
    panel = desk.page.locator("#do-escalate")
    panel.get_by_label("Why").fill("Above my limit.")
    panel.get_by_role("button", name="Escalate").click()
    expect(desk.page.get_by_text("Escalated. The next level was told.")).to_be_visible()
