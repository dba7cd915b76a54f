"""Why is it due then? A manager in Berlin and a partner in New York read the same deadline, each on
the own clock, on a desk and on a phone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from cases import actions
from cases.models import Case, Clock
from cases.pausing import pause
from ladder.models import CalendarVersion
from tests.browser.desk import Desk, Seat
from tests.factories import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": (1440, 900), "phone": (390, 844), "narrow": (320, 740)}
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
# Half past four on a Friday in Berlin; the clocks there went back the Sunday before.
FRIDAY = datetime(2026, 10, 30, 15, 30, tzinfo=UTC)
DUE = datetime(2026, 11, 2, 11, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEW_YORK = "America/New_York"
PORTAL = "/p/quellwerk/alpenwerk/"


@pytest.fixture
def friday() -> Iterator[Any]:
    """The afternoon on which the case is opened; the server's clock goes on from there."""
    with time_machine.travel(FRIDAY, tick=True) as travel:
        yield travel


@pytest.fixture
def case(vendor: World, friday: Any) -> Case:
    """A case that Tom has to decide within four hours of Berlin's business time; Anna is in New
    York."""
    week = {day: [["09:00", "17:00"]] for day in WORKDAYS}
    anna = vendor["anna"].user
    anna.timezone = NEW_YORK
    with vendor.scope(user_id=anna.pk):
        anna.save(update_fields=["timezone"])
    with vendor.scope():
        assert vendor.calendar is not None
        rules = {"timezone": "Europe/Berlin", "weekly": week}
        CalendarVersion.objects.all().delete()
        vendor.calendar = CalendarVersion.objects.create(
            tenant=vendor.tenant, calendar=vendor.calendar.calendar, number=1, rules=rules
        )
        vendor.levels[0].decision_window = "PT4H"
        vendor.levels[0].save(update_fields=["decision_window"])
        case = vendor.case(at=FRIDAY)
        return actions.acknowledge(case, by=vendor["tom"], at=FRIDAY)


def asked(seat: Seat, world: World, name: str, size: str, path: str, link: str) -> Desk:
    """Return the window of somebody who opened a page and asked a clock why, both in order."""
    desk = seat(*SIZES[size])
    desk.enter(world, name)
    desk.go(path)
    desk.look()
    desk.page.get_by_role("link", name=link).first.click()
    desk.page.wait_for_load_state()
    desk.look()
    return desk


def way(page: Page) -> list[list[str]]:
    """Return the way as it is read: from, to, what, how much counted, how much so far."""
    lines = page.get_by_role("region", name="Step by step").locator("tbody tr").all()
    return [[" ".join(c.split()) for c in line.locator("td").all_inner_texts()] for line in lines]


def due_of(page: Page) -> datetime:
    """Return the instant that the way ends with, as the page says it to programs."""
    last = page.get_by_role("region", name="Step by step").locator("tbody tr").last
    stamp = last.locator("time").last.get_attribute("datetime")
    assert stamp is not None
    return datetime.fromisoformat(stamp).astimezone(UTC)


@pytest.mark.parametrize("size", SIZES)
def test_two_people_in_two_zones_read_the_same_deadline(
    vendor: World, case: Case, seat: Seat, size: str
) -> None:
    tom = asked(seat, vendor, "tom", size, f"/t/quellwerk/cases/{case.pk}/", "Decision ")
    expect(tom.page.get_by_role("heading", level=1)).to_have_text("Decision: why is it due then?")
    expect(tom.page.get_by_role("region", name="The answer")).to_contain_text(
        "Due Mon 2 Nov 12:30 because it counts 4 h of business time from Fri 30 Oct 16:30: 30 min"
        " on Friday, none at the weekend, 3 h 30 min on Monday."
    )
    expect(tom.page.get_by_text("level 1, Channel manager")).to_be_visible()
    anna = asked(seat, vendor, "anna", size, PORTAL, "Why then?")
    title = anna.page.get_by_role("heading", level=1)
    expect(title).to_have_text("The decision: why is it due then?")
    answer = anna.page.get_by_role("region", name="The answer")
    expect(answer).to_contain_text(
        "Due Mon 2 Nov 06:30 because it counts 4 h of business time from Fri 30 Oct 11:30: 30 min"
        " on Friday, none at the weekend, 3 h 30 min on Monday."
    )
    expect(answer).to_contain_text("The hours are counted in Berlin time.")
    expect(answer).to_contain_text("There it is due Mon 2 Nov 12:30.")
    expect(anna.page.get_by_text("Times are New York time.")).to_be_visible()
    assert "level" not in anna.page.locator("main").inner_text().lower()
    assert [line[:2] for line in way(tom.page)] == [
        ["Fri 30 Oct 16:30", "Fri 30 Oct 17:00"],
        ["Fri 30 Oct 17:00", "Mon 2 Nov 09:00"],
        ["Mon 2 Nov 09:00", "Mon 2 Nov 12:30"],
    ]
    assert [line[:2] for line in way(anna.page)] == [
        ["Fri 30 Oct 11:30", "Fri 30 Oct 12:00"],
        ["Fri 30 Oct 12:00", "Mon 2 Nov 03:00"],
        ["Mon 2 Nov 03:00", "Mon 2 Nov 06:30"],
    ]
    counted = [
        ["Business hours now", "30 min", "30 min"],
        ["Outside business hours", "nothing", "30 min"],
        ["Business hours", "3 h 30 min", "4 h"],
    ]
    assert [line[2:] for line in way(tom.page)] == [line[2:] for line in way(anna.page)] == counted
    with vendor.scope():
        kept = Clock.objects.get(case=case, kind="decision").due_at
    assert due_of(tom.page) == due_of(anna.page) == kept == DUE


@pytest.mark.parametrize("size", SIZES)
def test_what_stands_still_says_why_and_what_is_left(
    vendor: World, case: Case, seat: Seat, friday: Any, size: str
) -> None:
    with vendor.scope():
        pause(
            case,
            by=vendor["tom"],
            at=FRIDAY + HOUR / 4,
            reason="evidence",
            partner_id=vendor.partners["alpenwerk"].pk,
            waits_for="The customer's letter, please.",
            review_by=FRIDAY + 4 * 24 * HOUR,
        )
    friday.move_to(FRIDAY + 3 * 24 * HOUR)
    tom = asked(seat, vendor, "tom", size, f"/t/quellwerk/cases/{case.pk}/", "Decision paused")
    title = tom.page.get_by_role("heading", level=1)
    expect(title).to_have_text("Decision: why is it not due?")
    expect(tom.page.get_by_role("region", name="The answer")).to_contain_text(
        "of 4 h of business time 15 min have counted since Fri 30 Oct 16:30, and 3 h 45 min are"
        " left"
    )
    stood = tom.page.get_by_role("region", name="When it stood still")
    expect(stood).to_contain_text("waiting for Alpenwerk: Evidence from a party")
    anna = asked(seat, vendor, "anna", size, PORTAL, "Why then?")
    expect(anna.page.get_by_role("region", name="The answer")).to_contain_text(
        "because that time was set for looking again"
    )
    anna.page.get_by_role("link", name="The decision").click()
    title = anna.page.get_by_role("heading", level=1)
    expect(title).to_have_text("The decision: why is it not due?")
    stood = anna.page.get_by_role("region", name="When it stood still")
    expect(stood).to_contain_text("waiting for: evidence from you")
    expect(stood).to_contain_text("The customer's letter, please.")
    anna.look()


def test_from_a_list_it_is_one_click_too(vendor: World, case: Case, seat: Seat) -> None:
    desk = seat(*SIZES["desk"])
    desk.enter(vendor, "tom")
    desk.go("/t/quellwerk/inbox/")
    desk.look()
    row = desk.page.locator("[data-row]")
    row.get_by_role("link", name="Why then?").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Decision: why is it due then?")
    desk.page.go_back()
    # The rest of the row still leads to the case.
    row.locator(".p-row-next").click(force=True)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(case.title)
