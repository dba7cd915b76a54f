"""When a person works: by where they sit, at their own place."""

from datetime import UTC, datetime

import pytest

from ladder.models import Level, RegionCalendar, Seat
from ladder.personal import next_at_work
from partners.models import Region
from tests.factories import BERLIN_HOURS, World, make_calendar, make_person, make_world

pytestmark = pytest.mark.django_db

SUNDAY_TO_THURSDAY = {
    "timezone": "Asia/Riyadh",
    "weekly": {day: [["08:00", "16:00"]] for day in ("sun", "mon", "tue", "wed", "thu")},
}
# A Friday at noon in Berlin.
FRIDAY = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)


def opens(world: World, name: str, at: datetime = SATURDAY) -> datetime:
    """Return when a person works next."""
    return next_at_work(world[name].user, at)


@pytest.fixture
def office(db: None) -> World:
    """A vendor that works Monday to Friday from nine to five."""
    return make_world(rules=BERLIN_HOURS)


def test_who_is_at_work_need_not_wait(office: World) -> None:
    with office.scope():
        assert opens(office, "tom", FRIDAY) == FRIDAY
        assert opens(office, "ines", FRIDAY) == FRIDAY


def test_the_hours_are_lived_in_the_persons_own_zone(office: World) -> None:
    with office.scope():
        make_person(office, "kim", "staff", timezone="America/Los_Angeles")
        assert opens(office, "tom") == datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
        assert opens(office, "kim", FRIDAY) == datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
        assert opens(office, "kim") == datetime(2026, 11, 30, 17, 0, tzinfo=UTC)


def test_a_seat_for_a_region_has_the_regions_hours_and_a_backup_those_of_the_seat(
    office: World,
) -> None:
    with office.scope():
        office.ladder.calendar = None  # type: ignore[union-attr]
        office.ladder.save()  # type: ignore[union-attr]
        gulf = Region.objects.create(tenant=office.tenant, slug="gulf", name="Gulf")
        hours = make_calendar(office, "Gulf", SUNDAY_TO_THURSDAY)
        RegionCalendar.objects.create(tenant=office.tenant, region=gulf, calendar=hours.calendar)
        for name in ("omar", "aisha"):
            make_person(office, name, "staff", timezone="Asia/Riyadh")
        Seat.objects.create(
            tenant=office.tenant,
            level=Level.objects.get(position=1),
            user=office["omar"].user,
            backup=office["aisha"].user,
            region=gulf,
        )
        sunday = datetime(2026, 11, 29, 5, 0, tzinfo=UTC)
        assert opens(office, "omar") == opens(office, "aisha") == sunday
        # Who sits for no region, or nowhere, has the programme's.
        assert opens(office, "tom") == datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
        # Who sits in two places works whenever either does.
        Seat.objects.create(
            tenant=office.tenant,
            level=Level.objects.get(position=2),
            user=office["omar"].user,
            rank=2,
        )
        assert opens(office, "omar", FRIDAY) == FRIDAY
        assert opens(office, "omar") == sunday
