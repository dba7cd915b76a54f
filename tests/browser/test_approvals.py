"""Concessions are decided in place: by keyboard, and on a phone without scripts."""

import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from memos.models import Concession
from tests.browser.desk import Seat
from tests.factories import World
from tests.memos.deals import again, ask, empower

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
APPROVALS = "/t/quellwerk/approvals/"


@pytest.fixture
def waiting(vendor: World) -> list[Concession]:
    """Two concessions that wait for Petra."""
    with vendor.scope():
        empower(vendor)
        case = vendor.case(at=timezone.now(), description="They found it at the fair.")
        return [
            ask(vendor, case, amount=amount, at=timezone.now(), condition="Paid first.")
            for amount in ("3000", "12500.50")
        ]


def picture(desk: object, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if folder := os.environ.get("PARLEY_LOOK"):
        desk.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)  # type: ignore[attr-defined]


def test_deciding_by_keyboard(vendor: World, waiting: list[Concession], seat: Seat) -> None:
    desk = seat(1280, 900)
    desk.enter(vendor, "petra")
    desk.go("/t/quellwerk/inbox/")
    desk.page.keyboard.press("g")
    desk.page.keyboard.press("a")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Approvals")
    picture(desk, "approvals-desk")
    desk.page.keyboard.press("j")
    expect(desk.page.locator(":focus")).to_have_text("Fee to Alpenwerk")
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("a")
    reason = desk.page.get_by_label("Your reason").nth(2)
    expect(reason).to_be_focused()
    desk.page.keyboard.type("a fair deal, j and k included")
    expect(reason).to_have_value("a fair deal, j and k included")
    desk.page.get_by_role("button", name="Approve €12,500.50").press("Enter")
    expect(desk.page.get_by_text("Approved. Who asked was told.")).to_be_visible()
    expect(desk.page.get_by_text("1 waits for you")).to_be_visible()
    desk.look()
    with vendor.scope():
        assert [again(made).state for made in waiting] == ["pending", "approved"]


def test_a_key_opens_the_counter(vendor: World, waiting: list[Concession], seat: Seat) -> None:
    desk = seat(1280, 900)
    desk.enter(vendor, "petra")
    desk.go(APPROVALS)
    expect(desk.page.get_by_label("Amount you would allow").first).to_be_hidden()
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("c")
    expect(desk.page.get_by_label("Amount you would allow").first).to_be_visible()
    desk.look()


def test_a_phone_without_scripts_denies_with_a_reason(
    vendor: World, waiting: list[Concession], seat: Seat
) -> None:
    desk = seat(320, 800, java_script_enabled=False)
    desk.enter(vendor, "petra")
    desk.go(APPROVALS)
    picture(desk, "approvals-phone")
    desk.page.get_by_role("button", name="Deny").first.click()
    expect(
        desk.page.get_by_role("link", name="Your reason: This field is required.")
    ).to_be_visible()
    desk.page.get_by_label("Your reason").first.fill("No budget this quarter.")
    desk.page.get_by_role("button", name="Deny").first.click()
    expect(desk.page.get_by_text("Denied. Who asked was told.")).to_be_visible()
    expect(desk.page.get_by_text("No budget this quarter.")).to_be_visible()
    picture(desk, "approvals-phone-after")
    with vendor.scope():
        assert sorted(again(made).state for made in waiting) == ["denied", "pending"]


def test_the_case_and_the_request_show_where_it_stands(
    vendor: World, waiting: list[Concession], seat: Seat
) -> None:
    desk = seat(1280, 900)
    desk.enter(vendor, "petra")
    desk.go(f"/t/quellwerk/cases/{waiting[0].case_id}/")
    picture(desk, "case-concessions")
    desk.look()
    desk.page.get_by_role("link", name="Decide Fee to Alpenwerk").first.click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Fee to Alpenwerk")
    picture(desk, "concession")
    desk.page.set_viewport_size({"width": 320, "height": 800})
    desk.look()
