"""The story of the product: logged, nobody answers, it climbs, the next one answers, resolved."""

from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases import actions
from cases.models import Case
from cases.sweep import sweep
from journal.models import Event
from ladder.models import Level
from tests.browser.desk import Desk, Seat
from tests.factories import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "sweeper"]),
]
TITLE = "Lead from the Hannover fair went past us"
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


@pytest.fixture
def vendor(vendor: World) -> World:
    """The first level answers within seconds from now on; the cases open already have hours."""
    now = timezone.now()
    with vendor.scope():
        vendor.case(
            at=now,
            title="Stock credit after the October price drop",
            amount=Decimal(22_300),
            currency="EUR",
        )
        lost = vendor.case(
            at=now, title="Roadshow funds refused as late", amount=Decimal(9_400), currency="EUR"
        )
        actions.escalate(lost, by=vendor["tom"], at=now, reason="Above my limit.")
        Level.objects.filter(pk=vendor.levels[0].pk).update(response_window="PT4S")
    return vendor


def log_a_dispute(tom: Desk, size: str) -> None:
    """Log a dispute in three steps, each looked at."""
    page = tom.page
    page.get_by_role("link", name="Log a dispute").first.click()
    tom.look(f"{size}-log-1")
    page.get_by_role("link", name="Lead routing").click()
    page.get_by_label("For which partner").select_option(label="Alpenwerk")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("What happened").fill("We met them at our stand. The lead went to Rheintor.")
    page.get_by_label("What the partner expects").fill("The lead back.")
    page.get_by_label("Amount in euro").fill("30000")
    tom.look(f"{size}-log-2")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_text("This goes to Tom Brandt.")).to_be_visible()
    tom.look(f"{size}-log-3")
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_text("is open. The clock runs.")).to_be_visible()


def wait_for_nobody(tom: Desk, size: str) -> None:
    """See the clock run out in the inbox, by itself, and the case leave with the next sweep."""
    tom.go("/t/quellwerk/inbox/")
    row = tom.page.locator("[data-row]", has_text=TITLE)
    expect(row.locator(".p-clock")).to_contain_text("Response")
    tom.look(f"{size}-inbox")
    expect(row.locator('.p-clock[data-state="late"]')).to_be_visible()
    sweep(timezone.now)
    tom.page.reload()
    expect(tom.page.locator("[data-row]")).to_have_count(1)
    expect(row).to_have_count(0)
    tom.look()


def answer(petra: Desk, size: str) -> None:
    """Hear of it by the bell, acknowledge in the list, open, decide and resolve."""
    page = petra.page
    expect(page.locator('[title="Notices"] .p-dot')).to_have_text("2 not read")
    page.get_by_title("Notices").click()
    latest = page.locator(".p-notice-new").first
    expect(latest).to_contain_text("escalated to level 2 by the clock, to Petra Winkler")
    petra.look(f"{size}-notices")
    petra.go("/t/quellwerk/inbox/")
    row = page.locator("[data-row]", has_text=TITLE)
    petra.look(f"{size}-inbox-next")
    row.get_by_role("button", name="Acknowledge").click()
    expect(row.locator(".p-clock")).to_contain_text("Decision")
    expect(row.get_by_role("button")).to_have_count(0)
    petra.look()
    row.locator(".p-row-title a").click()
    expect(page.get_by_role("heading", name="Next: Decide")).to_be_visible()
    petra.look(f"{size}-case-next")
    page.get_by_role("button", name="Decide").click()
    page.get_by_label("Upheld", exact=True).check()
    page.get_by_label("Because").fill("The scan of the badge is ours, the routing was wrong.")
    petra.look(f"{size}-decide")
    page.locator("#do-decide").get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Decided. The parties were told.")).to_be_visible()
    petra.look()
    page.get_by_role("button", name="Resolve").click()
    page.get_by_label("How it was resolved").fill("Alpenwerk gets the lead back.")
    page.locator("#do-resolve").get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("Resolved. The parties were told.")).to_be_visible()
    petra.look()


def read_what_happened(tom: Desk, size: str, address: str) -> None:
    """See the whole story on the case's page."""
    tom.page.goto(address)
    told = tom.page.locator(".p-feed")
    expect(told).to_contain_text(
        "No answer in time: escalated to level 2 by the clock, to Petra Winkler."
    )
    for text in ("You opened the case", "Petra Winkler took the case up", "resolved the case"):
        expect(told).to_contain_text(text)
    resolution = tom.page.get_by_role("region", name="How it was resolved")
    expect(resolution).to_contain_text("Alpenwerk gets the lead back.")
    tom.look(f"{size}-told")


@pytest.mark.parametrize("size", SIZES)
def test_logged_unanswered_climbs_is_answered_and_resolved(
    vendor: World, seat: Seat, size: str
) -> None:
    tom, petra, anna = (seat(*SIZES[size]) for _ in range(3))
    tom.go("/sign-in/")
    tom.look(f"{size}-sign-in")
    tom.sign_in(vendor["tom"].user.email)
    expect(tom.page.get_by_role("heading", name="Inbox")).to_be_visible()
    log_a_dispute(tom, size)
    address = tom.page.url
    wait_for_nobody(tom, size)
    tom.page.goto(address)
    expect(tom.page.get_by_role("heading", name="Next: Petra acknowledges")).to_be_visible()
    tom.look(f"{size}-climbed")
    petra.sign_in(vendor["petra"].user.email)
    anna.sign_in(vendor["anna"].user.email)
    expect(anna.page.locator("li", has_text=TITLE)).to_contain_text("Petra Winkler answers first")
    anna.look(f"{size}-portal")
    answer(petra, size)
    read_what_happened(tom, size, address)
    tom.go("/t/quellwerk/rules/")
    tom.look(f"{size}-rules")
    anna.page.reload()
    expect(anna.page.locator("li", has_text=TITLE)).to_contain_text("Resolved")
    anna.look(f"{size}-portal-resolved")
    with vendor.scope():
        case = Case.objects.select_related("level").get(title=TITLE)
        climbs = Event.objects.filter(case_id=case.pk, kind="case.escalated").count()
    assert (case.status, case.outcome, case.level.position) == ("resolved", "upheld", 2)
    assert climbs == 1
