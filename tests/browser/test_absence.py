"""Out of office in two clicks, and what is under way handed over; by keyboard on a phone too."""

import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Case
from ladder.models import Absence
from ladder.models import Seat as SeatRow
from tests.browser.desk import Desk, Seat
from tests.factories import World, make_absence

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AWAY = "/t/quellwerk/away/"
PETRA = "Petra Winkler, Regional manager, Europe"


@pytest.fixture
def busy(vendor: World) -> World:
    """Tom has two cases; Petra backs him up."""
    with vendor.scope():
        SeatRow.objects.filter(user=vendor["tom"].user).update(backup=vendor["petra"].user)
        for title in ("A lead went past us", "A fair was not paid"):
            vendor.case(at=timezone.now(), title=title)
    return vendor


def picture(desk: Desk, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if folder := os.environ.get("PARLEY_LOOK"):
        desk.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


CLICKS = """
addEventListener("click", event => event.isTrusted
  && sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks")) + 1), true)
"""


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
def test_out_of_office_in_two_clicks_and_everything_handed_over_with_the_third(
    busy: World, seat: Seat, size: tuple[int, int]
) -> None:
    desk = seat(*size)
    desk.enter(busy, "tom")
    desk.page.add_init_script(CLICKS)
    desk.go("/t/quellwerk/inbox/")
    picture(desk, f"away-inbox-{size[0]}")
    away = desk.page.get_by_role("main").get_by_role("link", name="I am away")
    expect(away).to_be_in_viewport(ratio=1)
    away.click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("I am away")
    picture(desk, f"away-{size[0]}")
    desk.look()
    save = desk.page.get_by_role("button", name="Save")
    expect(save).to_be_in_viewport(ratio=1)
    save.click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("You are noted as away")
    assert desk.page.evaluate("sessionStorage.getItem('clicks')") == "2"
    picture(desk, f"away-under-way-{size[0]}")
    desk.look()
    desk.page.get_by_role("button", name="Hand over to Petra Winkler").click()
    expect(desk.page.get_by_text("2 cases handed over.")).to_be_visible()
    expect(desk.page.get_by_text("Nothing is under way")).to_be_visible()
    desk.look()
    with busy.scope():
        row = Absence.objects.get()
        assert (row.person_id, row.delegate_id) == (busy["tom"].user_id, busy["petra"].user_id)
        assert set(Case.objects.values_list("owner_id", flat=True)) == {busy["petra"].user_id}


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
def test_a_case_with_nobody_says_so_in_inbox_and_case(
    busy: World, seat: Seat, size: tuple[int, int]
) -> None:
    with busy.scope():
        SeatRow.objects.update(backup=None)
        case = busy.case(at=timezone.now(), title="Nobody answers here")
        make_absence(busy, "tom")
    desk = seat(*size)
    desk.enter(busy, "petra")
    desk.go("/t/quellwerk/inbox/?view=all")
    row = desk.page.locator(".p-row", has_text="Nobody answers here")
    expect(row).to_contain_text("Owner away, nobody stands in")
    picture(desk, f"nobody-inbox-{size[0]}")
    desk.look()
    desk.go(f"/t/quellwerk/cases/{case.pk}/")
    expect(desk.page.get_by_text("Away, and nobody stands in")).to_be_visible()
    picture(desk, f"nobody-case-{size[0]}")
    desk.look()


def test_who_stands_in_sees_for_whom_in_inbox_and_case(busy: World, seat: Seat) -> None:
    with busy.scope():
        make_absence(busy, "tom", "petra")
        case = busy.case(at=timezone.now(), title="A new one", by="marianne")
    desk = seat(1280, 900)
    desk.enter(busy, "petra")
    desk.go("/t/quellwerk/inbox/")
    expect(desk.page.get_by_text("You for Tom Brandt")).to_be_visible()
    desk.look()
    desk.page.get_by_role("link", name="Standing in").click()
    expect(desk.page.locator(".p-row")).to_have_count(2)
    desk.page.get_by_role("button", name="Acknowledge").first.click()
    expect(desk.page.locator(".p-row").first).to_contain_text("decides")
    desk.look()
    desk.go(f"/t/quellwerk/cases/{case.pk}/")
    expect(desk.page.locator(".p-facts").first).to_contain_text("Petra Winkler for Tom Brandt")
    picture(desk, "away-case")
    desk.look()


def test_a_phone_without_scripts_is_warned_of_an_empty_level_and_ends_it_again(
    vendor: World, seat: Seat
) -> None:
    desk = seat(320, 800, java_script_enabled=False)
    desk.enter(vendor, "tom")
    desk.go(AWAY)
    expect(desk.page.locator("#vacancies")).to_contain_text("Standard, level 1, Channel manager")
    picture(desk, "away-phone")
    desk.look()
    desk.page.get_by_label("Who stands in").select_option(
        label="Petra Winkler, Regional manager, Europe"
    )
    desk.page.get_by_role("button", name="Save").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("You are noted as away")
    desk.look()
    desk.go(AWAY)
    desk.page.get_by_role("button", name="End it now").click()
    expect(desk.page.get_by_text("The absence has ended.")).to_be_visible()
    desk.look()
    with vendor.scope():
        assert Absence.objects.get().ended_at is not None


def test_an_admin_records_it_for_a_colleague_by_keyboard(vendor: World, seat: Seat) -> None:
    desk = seat(1280, 900)
    desk.enter(vendor, "ines")
    desk.go(AWAY)
    desk.page.get_by_label("Who is away").select_option(label="Marianne Voss")
    desk.page.get_by_role("button", name="Go on").press("Enter")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Marianne Voss is away")
    expect(desk.page.locator("#vacancies")).to_contain_text("level 3, Executive sponsor")
    desk.look()
    desk.page.get_by_label("Who stands in").select_option(
        label="Petra Winkler, Regional manager, Europe"
    )
    desk.page.get_by_role("button", name="Save").press("Enter")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Marianne Voss is noted as away")
    desk.look()
