"""What the demo's story is made of, without a database."""

from datetime import UTC, datetime

import pytest

from escalation.demo.cast import FJORDSOUND, QUELLWERK, VENDORS
from escalation.demo.moments import Moment, days_ago, minutes_ago, workday
from ladder.defaults.regions import REGIONS

WEDNESDAY = datetime(2026, 11, 25, 9, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "instant"),
    [
        (minutes_ago(50), datetime(2026, 11, 25, 8, 22, 30, tzinfo=UTC)),
        (workday(1, "10:20"), datetime(2026, 11, 24, 9, 20, tzinfo=UTC)),
        (workday(3, "16:30"), datetime(2026, 11, 20, 15, 30, tzinfo=UTC)),
        (days_ago(3, "09:00"), datetime(2026, 11, 20, 8, 0, tzinfo=UTC)),
        (days_ago(200, "09:00"), datetime(2026, 5, 8, 7, 0, tzinfo=UTC)),
        # 2026-10-03 is a Saturday and a holiday.
        (days_ago(53, "09:00"), datetime(2026, 10, 2, 7, 0, tzinfo=UTC)),
    ],
)
def test_moments(moment: Moment, instant: datetime) -> None:
    assert moment.instant(WEDNESDAY, REGIONS[0].rules(2026)) == instant


def test_both_vendors_know_an_alpenwerk() -> None:
    names = [{company.slug for company in vendor.companies} for vendor in VENDORS]
    assert names[0] & names[1] == {"alpenwerk"}


def test_only_jonas_works_for_both() -> None:
    emails = [{person.email for person in vendor.everybody} for vendor in VENDORS]
    assert emails[0] & emails[1] == {"jonas.reuter@quellwerk.example"}


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.slug)
def test_labels_and_keys_name_one_person_each(vendor: object) -> None:
    assert vendor in (QUELLWERK, FJORDSOUND)
    people = QUELLWERK.everybody if vendor is QUELLWERK else FJORDSOUND.everybody
    for name in ("key", "label", "email"):
        values = [getattr(person, name) for person in people]
        assert len(values) == len(set(values))
