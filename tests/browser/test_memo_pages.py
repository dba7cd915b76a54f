"""Pages of memos in a browser: read, write, review, find; in both themes and widths."""

import pytest
from playwright.sync_api import expect

from memos.models import Memo, MemoReceipt
from tests.browser.desk import Seat
from tests.browser.test_pages import NARROWEST, PORTAL, STAFF, THEMES
from tests.factories import World
from tests.memos.story import in_state, issued, two_parties, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (NARROWEST, 768, 1440)


@pytest.mark.parametrize(
    ("state", "person"),
    [("draft", "tom"), ("in_review", "petra"), ("reviewed", "tom"), ("issued", "petra")],
)
def test_a_memo_is_in_order_in_every_state(
    vendor: World, seat: Seat, state: str, person: str
) -> None:
    with vendor.scope():
        memo = in_state(vendor, state)
    desk = seat(NARROWEST, 800)
    desk.enter(vendor, person)
    for path in (f"{STAFF}memos/{memo.pk}/", f"{STAFF}cases/{memo.case_id}/"):
        desk.go(path)
        for theme in THEMES:
            desk.page.emulate_media(color_scheme=theme)
            desk.page.reload()
            for width in WIDTHS:
                desk.page.set_viewport_size({"width": width, "height": 800})
                desk.look()


def test_a_preview_follows_what_is_written(vendor: World, seat: Seat) -> None:
    with vendor.scope():
        memo = written(vendor)
    desk = seat(1440, 900)
    desk.enter(vendor, "tom")
    desk.go(f"{STAFF}memos/{memo.pk}/edit/")
    preview = desk.page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("Idle protection.")
    desk.page.get_by_label("Risk").fill("**Nobody** watches.")
    expect(preview.locator("strong")).to_have_text("Nobody")
    desk.look()
    desk.page.get_by_role("button", name="Save").click()
    expect(desk.page.get_by_text("Nobody watches.")).to_be_visible()
    desk.look()


def test_errors_in_the_editor_lead_to_their_fields(vendor: World, seat: Seat) -> None:
    with vendor.scope():
        memo = written(vendor)
    desk = seat(NARROWEST, 800)
    desk.enter(vendor, "tom")
    desk.go(f"{STAFF}memos/{memo.pk}/edit/")
    desk.page.get_by_label("Title").fill("")
    desk.page.get_by_role("button", name="Save").click()
    summary = desk.page.locator("[data-errors]")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Title").click()
    expect(desk.page.get_by_label("Title")).to_be_focused()
    desk.look()


def test_a_party_reads_and_says_so_on_a_phone_without_scripts(vendor: World, seat: Seat) -> None:
    with vendor.scope():
        memo = issued(vendor, two_parties(vendor, title="The Hannover lead"))
    desk = seat(360, 740, java_script_enabled=False)
    desk.enter(vendor, "anna")
    desk.go(f"{PORTAL}cases/{memo.case_id}/memo/")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Heading of alpenwerk")
    expect(desk.page.get_by_text("Send the plan")).to_be_visible()
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 360
    desk.page.get_by_role("button", name="I have read this").click()
    expect(desk.page.get_by_role("heading", name="You have read this")).to_be_visible()
    with vendor.scope():
        assert MemoReceipt.objects.count() == 1


def test_a_memo_is_begun_reviewed_and_issued_without_scripts(vendor: World, seat: Seat) -> None:
    with vendor.scope():
        memo = in_state(vendor, "reviewed")
    desk = seat(1024, 800, java_script_enabled=False)
    desk.enter(vendor, "tom")
    desk.go(f"{STAFF}cases/{memo.case_id}/")
    desk.page.get_by_role("link", name="The memo of this case").click()
    desk.page.get_by_role("button", name="Issue the memo").click()
    expect(desk.page.get_by_text("Issued, cannot be changed")).to_be_visible()
    with vendor.scope():
        assert Memo.objects.get(pk=memo.pk).is_issued
