"""Tokens in a browser: by keyboard, without scripts, on the narrowest screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tenants.models import ApiToken
from tests.browser.desk import Desk, Seat
from tests.browser.test_pages import NARROWEST, THEMES
from tests.factories import World
from tests.tenants.held import hold_tokens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STAFF, PORTAL = "/t/quellwerk/settings/tokens/", "/p/quellwerk/alpenwerk/tokens/"
SECRET = re.compile(r"pry_[0-9a-f]{64}")
WAYS = [("tom", STAFF), ("anna", PORTAL)]


def at_tokens(seat: Seat, world: World, name: str, path: str, **options: object) -> Desk:
    """Return the window of a person at their tokens, on the narrowest screen."""
    desk = seat(NARROWEST, 800, **options)
    desk.enter(world, name)
    desk.go(path)
    return desk


def fill(page: Page, name: str) -> None:
    """Ask for a token."""
    page.get_by_role("link", name="New token").click()
    page.get_by_label("What it is for").fill(name)
    page.get_by_label("30 days").check()
    page.get_by_role("button", name="Make the token").click()


@pytest.mark.parametrize(("scripts", "theme"), [(True, "light"), (True, "dark"), (False, "light")])
@pytest.mark.parametrize(("who", "path"), WAYS)
def test_a_token_is_made_shown_once_and_revoked(
    vendor: World, seat: Seat, who: str, path: str, scripts: bool, theme: str
) -> None:
    options = {"java_script_enabled": scripts, "color_scheme": theme}
    desk = at_tokens(seat, vendor, who, path, **options)
    page = desk.page
    fill(page, "Nightly export")
    secret = page.get_by_label("Secret of “Nightly export”")
    expect(secret).to_have_value(SECRET)
    expect(secret).not_to_be_editable()
    expect(page.get_by_text("/api/v1/me/")).to_be_visible()
    desk.look()
    kept = secret.input_value()
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_text("Nightly export", exact=True)).to_be_visible()
    assert kept not in page.content()
    revoke = page.get_by_role("button", name="Revoke this token")
    expect(revoke).to_be_hidden()
    page.locator("summary", has_text="Revoke").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("This cannot be undone.")).to_be_visible()
    desk.look()
    page.keyboard.press("Tab")
    expect(revoke).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Nightly export” is revoked.")).to_be_visible()
    expect(page.get_by_text("You have no tokens")).to_be_visible()


@pytest.mark.parametrize(("who", "path"), WAYS)
def test_a_reload_shows_no_secret_again(vendor: World, seat: Seat, who: str, path: str) -> None:
    desk = at_tokens(seat, vendor, who, path)
    page = desk.page
    fill(page, "Nightly export")
    kept = page.get_by_label("Secret of “Nightly export”").input_value()
    page.reload()
    expect(page.get_by_role("alert").get_by_text("This token was made already")).to_be_visible()
    assert (kept in page.content(), SECRET.findall(page.content())) == (False, [])
    desk.look()
    page.go_back()
    assert kept not in page.content()
    with vendor.scope():
        assert ApiToken.objects.count() == 1


def test_the_secret_is_copied_by_one_click(vendor: World, seat: Seat) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    desk = at_tokens(seat, vendor, "tom", STAFF, permissions=allowed)
    page = desk.page
    fill(page, "Nightly export")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("Secret of “Nightly export”").input_value()


def test_without_leave_to_copy_it_is_selected(vendor: World, seat: Seat) -> None:
    desk = at_tokens(seat, vendor, "tom", STAFF)
    page = desk.page
    # A page that is not served over TLS has no clipboard.
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    fill(page, "Nightly export")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("It is selected")).to_be_visible()
    expect(page.get_by_label("Secret of “Nightly export”")).to_be_focused()
    desk.look()


def test_an_admin_adds_a_program_and_makes_its_token(vendor: World, seat: Seat) -> None:
    with vendor.scope():
        hold_tokens(vendor)
    desk = at_tokens(seat, vendor, "ines", STAFF)
    page = desk.page
    page.get_by_role("link", name="Add a program").click()
    page.get_by_label("Name of the program").fill("ERP bridge")
    page.get_by_role("button", name="Add the program").click()
    desk.look()
    page.get_by_label("Auditor").check()
    page.get_by_role("button", name="Add the program").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New token for ERP bridge")
    expect(page.get_by_label("Log cases")).to_have_count(0)
    page.get_by_label("What it is for").fill("Reading")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The token of ERP bridge is made")
    page.get_by_role("link", name="I have kept it").click()
    section = page.get_by_role("region", name="ERP bridge")
    expect(section.get_by_text("Reading", exact=True)).to_be_visible()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.reload()
        for summary in page.locator("details.p-more-text > summary").all():
            summary.click()
        desk.look()
