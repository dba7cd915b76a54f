"""A partner's way through the portal on a phone, with scripts and without."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.actions import add_message
from cases.models import Case
from cases.requests import decline_request
from tests.browser.desk import TOO_WIDE, Desk, Seat
from tests.factories import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOME = "/p/quellwerk/alpenwerk/"
PHONE = 360
TITLE = "Our lead from the Hannover fair"


def look(desk: Desk, scripts: bool) -> None:
    """Fail unless the page is in order; axe itself needs scripts."""
    desk.page.wait_for_load_state()
    if scripts:
        desk.look()
    desk.page.wait_for_load_state()
    assert desk.page.evaluate(TOO_WIDE) == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_partner_logs_writes_asks_and_withdraws(vendor: World, seat: Seat, scripts: bool) -> None:
    desk = seat(PHONE, 740, java_script_enabled=scripts)
    desk.enter(vendor, "anna")
    log(desk, scripts)
    with vendor.scope():
        case = Case.objects.get(title=TITLE)
    write(desk, scripts, vendor, case)
    ask(desk, scripts, vendor, case)
    page = desk.page
    page.get_by_text("Withdraw this case").click()
    page.locator("#do-withdraw").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("This field is required.").first).to_be_visible()
    look(desk, scripts)
    page.get_by_label("Why do you withdraw it?").fill("We found each other.")
    page.locator("#do-withdraw").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Nobody works on this case any more.")).to_be_visible()
    look(desk, scripts)
    with vendor.scope():
        assert Case.objects.get(title=TITLE).status == "withdrawn"


def log(desk: Desk, scripts: bool) -> None:
    """Log a dispute from the empty list, with a mistake on the way."""
    page = desk.page
    desk.go(HOME)
    page.get_by_role("link", name="Log a dispute").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is it about?")
    look(desk, scripts)
    page.get_by_role("link", name="Lead routing").click()
    page.get_by_label("What is it about?").fill(TITLE)
    page.get_by_label("What do you expect?").fill("The lead back.")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_text("What happened: This field is required.")).to_be_visible()
    expect(page.get_by_label("What is it about?")).to_have_value(TITLE)
    look(desk, scripts)
    page.get_by_label("What happened").fill("We sourced it on 3 November.")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_text("This goes to")).to_contain_text("Tom Brandt")
    look(desk, scripts)
    page.get_by_role("button", name="Change answers").click()
    expect(page.get_by_label("What happened")).to_have_value("We sourced it on 3 November.")
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("is open. You can follow it here.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    look(desk, scripts)


def write(desk: Desk, scripts: bool, vendor: World, case: Case) -> None:
    """Be asked for something, find it in the list, and answer."""
    page, now = desk.page, timezone.now()
    with vendor.scope():
        add_message(
            case, by=vendor["tom"], at=now, body="Send the list.", audience="parties", asks=True
        )
    desk.go(HOME)
    page.get_by_role("link", name="1 case needs your answer").click()
    expect(page.get_by_text("See all your cases")).to_be_visible()
    look(desk, scripts)
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("region", name="What we need from you")).to_be_visible()
    look(desk, scripts)
    page.get_by_label("Write to").fill("Here it is.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("article").first).to_contain_text("Here it is.")
    expect(page.get_by_role("region", name="What we need from you")).to_have_count(0)
    look(desk, scripts)


def ask(desk: Desk, scripts: bool, vendor: World, case: Case) -> None:
    """Ask for the next person, and be told why not."""
    page = desk.page
    page.get_by_text("Ask for the next person").click()
    page.get_by_label("Why should somebody else take it up?").fill("Nobody has read it.")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("You have an answer by")).to_be_visible()
    look(desk, scripts)
    with vendor.scope():
        partner = vendor.partners["alpenwerk"].pk
        decline_request(
            case, by=vendor["tom"], at=timezone.now(), partner_id=partner, reason="I read it."
        )
    page.reload()
    expect(page.get_by_role("article").first).to_contain_text("I read it.")
    look(desk, scripts)
