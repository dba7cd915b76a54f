"""The API's pages: they load nothing from elsewhere, can be read by everybody, and a call can be
tried on them."""

import pytest
from playwright.sync_api import expect

from tests.api import Program
from tests.browser.desk import Seat
from tests.factories import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (1440, 360)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_description_is_there_to_be_read(seat: Seat, width: int) -> None:
    desk = seat(width=width)
    desk.go("/api/v1/docs/")
    expect(desk.page.get_by_role("heading", name="The API")).to_be_visible()
    expect(desk.page.get_by_text("Whom this token acts for")).to_be_visible(timeout=20_000)
    assert desk.faults() == {}


def test_a_call_is_tried_with_a_token(seat: Seat, vendor: World) -> None:
    desk = seat()
    desk.go("/api/v1/docs/")
    page = desk.page
    page.get_by_role("button", name="Authorize").first.click(timeout=20_000)
    page.locator("input[type=text], input[type=password]").first.fill(Program(vendor, "tom").token)
    page.locator(".auth-btn-wrapper").get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").first.click()
    page.get_by_text("Whom this token acts for").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table").get_by_text("Tom Brandt")).to_be_visible()
    assert desk.errors == []
