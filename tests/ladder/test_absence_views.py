"""The pages on which somebody says that they are away, and what is under way is handed over."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Assignment, Case
from ladder.absence_views import usual_delegate
from ladder.models import Absence, Seat
from ladder.mornings import mornings
from ladder.worktime import Rules
from tests.escalation.browsing import browser
from tests.factories import (
    BERLIN_HOURS,
    FAR_AHEAD,
    LONG_AGO,
    OPENED,
    ROUND_THE_CLOCK,
    World,
    make_absence,
    make_person,
)

DAY = timedelta(days=1)


@pytest.fixture
def backed(world: World) -> World:
    """Olga backs up Tom's seat."""
    make_person(world, "olga", "staff", title="Deputy")
    Seat.objects.filter(user=world["tom"].user).update(backup=world["olga"].user)
    return world


def away_url(world: World) -> str:
    """Return the address of the page."""
    return f"/t/{world.tenant.slug}/away/"


def sent_again(page: str) -> dict[str, Any]:
    """Return what a browser sends where somebody only presses the button of the form."""
    form = page[page.index('<form class="card p-stack" method="post"') :]
    form = form[: form.index("</form>")]
    data: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        ticked = said.get("type") not in ("radio", "checkbox") or " checked" in tag
        if ticked and "name" in said:
            data[said["name"]] = said.get("value", "")
    for name, inner in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        data[name] = chosen[1] if chosen else ""
    return data


def press(client: Client, url: str, **changes: Any) -> Any:
    """Open the page and press its button, with some fields changed."""
    data = sent_again(client.get(url).content.decode())
    return client.post(url, data | changes)


def test_out_of_office_is_two_clicks(backed: World) -> None:
    client = browser(backed, "tom")
    inbox = client.get(f"/t/{backed.tenant.slug}/inbox/").content.decode()
    # The first: beside the inbox's heading, with no menu to open before.
    head = inbox[inbox.index("<h1>") : inbox.index('class="p-tabs"')]
    assert f'href="{away_url(backed)}"' in head
    # The second: everything is filled in.
    answer = press(client, away_url(backed))
    assert answer.status_code == 302
    row = Absence.objects.get()
    assert answer.url == f"{away_url(backed)}{row.pk}/"
    assert (row.person_id, row.delegate_id) == (backed["tom"].user_id, backed["olga"].user_id)
    assert abs(row.starts_at - timezone.now()) < timedelta(minutes=2)
    assert row.ends_at is not None
    assert timezone.now() < row.ends_at < timezone.now() + 2 * DAY


@pytest.mark.parametrize(
    ("rules", "now", "found"),
    [
        # Of a Wednesday: tomorrow, and Monday; of a Friday: Monday is both.
        (BERLIN_HOURS, datetime(2026, 11, 25, 9, tzinfo=UTC), ["26T08:00", "30T08:00"]),
        (BERLIN_HOURS, datetime(2026, 11, 27, 16, tzinfo=UTC), ["30T08:00"]),
        (ROUND_THE_CLOCK, datetime(2026, 11, 25, 9, tzinfo=UTC), ["26T09:00"]),
    ],
)
def test_one_is_back_on_a_working_morning(
    rules: dict[str, Any], now: datetime, found: list[str]
) -> None:
    offered = [f"{at:%dT%H:%M}" for at in mornings(Rules.from_json(rules), now)]
    assert offered == found


def test_the_delegate_filled_in_is_the_backup_of_the_first_seat_who_is_there(
    backed: World,
) -> None:
    here = {backed["olga"].user_id}
    assert usual_delegate(backed["tom"].user_id, here) == str(backed["olga"].user_id)
    assert usual_delegate(backed["tom"].user_id, set()) == ""
    assert usual_delegate(backed["ines"].user_id, here) == ""


def test_a_level_left_with_nobody_is_named_before_it_is_saved(world: World) -> None:
    client = browser(world, "tom")
    page = client.get(away_url(world)).content.decode()
    assert "nobody would be left" in page
    assert "Standard, level 1, Level 1" in page
    # It was said: the second click saves it.
    assert press(client, away_url(world)).status_code == 302
    assert Absence.objects.get().delegate_id is None


def test_what_was_not_said_yet_is_said_and_saved_when_it_is_sent_once_more(backed: World) -> None:
    client = browser(backed, "tom")
    first = client.get(away_url(backed)).content.decode()
    assert "nobody would be left" not in first
    petra = {"delegate": str(backed["petra"].user_id)}
    assert client.post(away_url(backed), sent_again(first) | petra).status_code == 302
    make_absence(backed, "olga")
    changed = {"delegate": "", "note": "A walk"}
    held = client.post(away_url(backed), sent_again(first) | changed)
    page = held.content.decode()
    assert held.status_code == 422
    assert "Not saved yet: nobody would be left." in page
    assert 'value="A walk"' in page
    assert Absence.objects.filter(person=backed["tom"].user).count() == 1
    assert client.post(away_url(backed), sent_again(page)).status_code == 302
    assert Absence.objects.filter(person=backed["tom"].user).count() == 2


def test_wrong_input_comes_back_by_its_field_and_nothing_is_written(backed: World) -> None:
    client = browser(backed, "tom")
    make_absence(backed, "petra", "tom")
    for changes, reason in (
        ({"delegate": str(backed["petra"].user_id)}, "That leads back: choose somebody else."),
        ({"until": "other"}, "Say when."),
        ({"until": "other", "ends_at": "2020-01-01T10:00"}, "still to come"),
        ({"until": "whenever"}, "Select a valid choice."),
        ({"starts_at": "yesterday"}, "Enter a valid date/time."),
        ({"weekdays": "9"}, "Select a valid choice."),
    ):
        answer = press(client, away_url(backed), **changes)
        assert (answer.status_code, reason in answer.content.decode()) == (422, True), changes
    assert not Absence.objects.filter(person=backed["tom"].user).exists()


def test_another_end_and_days_of_the_week_are_kept_as_the_person_reads_them(
    backed: World,
) -> None:
    """Tom's clock is Berlin's."""
    other = {"until": "other", "ends_at": "2027-06-01T10:00", "weekdays": ["1", "5"]}
    assert press(browser(backed, "tom"), away_url(backed), **other).status_code == 302
    row = Absence.objects.get()
    assert (row.ends_at, row.weekdays, row.zone) == (
        datetime(2027, 6, 1, 8, tzinfo=UTC),
        [1, 5],
        "Europe/Berlin",
    )
    open_ended = {"until": "open"}
    press(browser(backed, "petra"), away_url(backed), **open_ended)
    assert Absence.objects.get(person=backed["petra"].user).ends_at is None


def test_an_admin_records_one_for_anybody_and_nobody_else_does(backed: World) -> None:
    admin = browser(backed, "ines")
    url = f"{away_url(backed)}?person={backed['tom'].user_id}"
    page = admin.get(url).content.decode()
    assert "Tom is away" in page
    answer = admin.post(url, sent_again(page))
    assert answer.status_code == 302
    row = Absence.objects.get()
    assert (row.person_id, row.recorded_by_id) == (
        backed["tom"].user_id,
        backed["ines"].user_id,
    )
    assert browser(backed, "petra").get(url).status_code == 404
    assert browser(backed, "petra").post(url, {}).status_code == 404
    assert admin.get(f"{away_url(backed)}?person=nobody").status_code == 404


def test_ones_own_absences_are_listed_and_ended(backed: World) -> None:
    make_absence(backed, "tom", "olga", ended_at=LONG_AGO)
    row = make_absence(backed, "tom", "olga", starts_at=FAR_AHEAD, note="Moving house.")
    client = browser(backed, "tom")
    page = client.get(away_url(backed)).content.decode()
    assert ("Call it off" in page, "Moving house." in page, ">over<" in page) == (True,) * 3
    answer = client.post(f"{away_url(backed)}{row.pk}/end/")
    assert (answer.status_code, answer["Location"]) == (302, away_url(backed))
    row.refresh_from_db()
    assert row.ended_at is not None
    assert "The absence was called off." in client.get(away_url(backed)).content.decode()
    assert client.post(f"{away_url(backed)}{row.pk}/end/").status_code == 409


def test_who_is_away_is_shown_to_colleagues_without_the_note(backed: World) -> None:
    make_absence(backed, "tom", "olga", note="Surgery.")
    for name, sees in (("petra", False), ("pavel", False), ("ines", True)):
        page = browser(backed, name).get(away_url(backed)).content.decode()
        assert "Olga stands in" in page
        assert "Surgery." not in page
        if sees:
            url = f"{away_url(backed)}?person={backed['tom'].user_id}"
            assert "Surgery." in browser(backed, name).get(url).content.decode()


# --- What is under way ----------------------------------------------------------------------------


@pytest.fixture
def under_way(backed: World) -> list[Case]:
    """Three cases of Tom's."""
    now = timezone.now()
    return [backed.case(at=now, title=f"Dispute {place}") for place in (1, 2, 3)]


def owners() -> list[tuple[str, str | None]]:
    """Return who has each case, and on whose behalf."""
    turns = Assignment.objects.filter(ended_at=None).order_by("case__number")
    rows = turns.select_related("owner", "on_behalf_of")
    return [(t.owner.name, t.on_behalf_of.name if t.on_behalf_of else None) for t in rows]


def test_all_of_it_is_handed_over_with_one_button(backed: World, under_way: list[Case]) -> None:
    client = browser(backed, "tom")
    url = press(client, away_url(backed)).url
    page = client.get(url).content.decode()
    assert page.count('name="case"') == 3
    assert "Hand over to Olga" in page
    chosen = re.findall(r'name="case" value="([^"]+)"', page)
    answer = client.post(url, {"case": chosen}, follow=True)
    text = answer.content.decode()
    assert "3 cases handed over. Each says on whose behalf." in text
    assert "Nothing is under way" in text
    assert owners() == [("Olga", "Tom")] * 3


def test_a_selection_is_handed_over(backed: World, under_way: list[Case]) -> None:
    client = browser(backed, "tom")
    url = press(client, away_url(backed)).url
    client.post(url, {"case": [str(under_way[1].pk)]})
    assert owners() == [("Tom", None), ("Olga", "Tom"), ("Tom", None)]
    assert "Nothing was chosen." in client.post(url, {}, follow=True).content.decode()
    # A case that is not theirs is passed over.
    client.post(url, {"case": [str(backed.tenant.pk), "not-an-id"]})
    assert owners() == [("Tom", None), ("Olga", "Tom"), ("Tom", None)]


def test_who_stands_in_may_take_over_and_others_see_nothing(
    backed: World, under_way: list[Case]
) -> None:
    row = make_absence(backed, "tom", "olga")
    url = f"{away_url(backed)}{row.pk}/"
    client = browser(backed, "olga")
    assert "Take it over" in client.get(url).content.decode()
    client.post(url, {"case": [str(under_way[0].pk)]})
    assert owners()[0] == ("Olga", "Tom")
    assert browser(backed, "petra").get(url).status_code == 403
    assert browser(backed, "anna").get(url).status_code == 404


def test_without_anybody_to_stand_in_it_stays(backed: World, under_way: list[Case]) -> None:
    row = make_absence(backed, "tom")
    client = browser(backed, "tom")
    page = client.get(f"{away_url(backed)}{row.pk}/").content.decode()
    assert "Nobody stands in: this stays, and its clocks run." in page
    assert "Hand over" not in page
    answer = client.post(
        f"{away_url(backed)}{row.pk}/", {"case": [str(under_way[0].pk)]}, follow=True
    )
    assert "Nobody stands in who is there" in answer.content.decode()
    assert owners() == [("Tom", None)] * 3
    assert timezone.now() + 400 * DAY > OPENED
