"""Three days without a sweeper, over a weekend: one level, one mail each, nothing forgotten.

The small edition of `./dev prove outage`.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.actions import acknowledge
from cases.audit import audit
from cases.models import Assignment, Case
from cases.sweep import run
from journal.delivery import deliver_one
from journal.gathering import QUIET, gather
from journal.models import Event, Notice
from journal.queries import beat
from tests.factories import BERLIN_HOURS, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
CASES, ANSWERED, SECOND = 30, 5, timedelta(seconds=1)


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor whose cases were opened on Friday; five of them were answered."""
    made = make_world(rules=BERLIN_HOURS)
    with made.scope():
        for number in range(CASES):
            case = made.case(at=FRIDAY + number * timedelta(minutes=2))
            if number < ANSWERED:
                acknowledge(case, by=made["tom"], at=FRIDAY + timedelta(hours=2))
        Notice.objects.all().delete()
    return made


def deliver(world: World, at: datetime) -> int:
    """Let a worker look for mail at an instant; return how many left."""
    with world.scope():
        gather(at)
    sent = 0
    while True:
        with world.scope():
            if deliver_one(at) is None:
                return sent
        sent += 1


def test_after_three_days_each_climbs_one_level_and_each_person_gets_one_mail(
    world: World, mailoutbox: list[Any]
) -> None:
    at, batches = MONDAY, 0
    while run.run_batch(at, 4, "sweeper").locked:
        # A worker looks again and again while the sweep is still at it.
        assert deliver(world, at + QUIET) == 0
        at, batches = at + 2 * SECOND, batches + 1
    beat("sweep", at, {"caught_up": at.isoformat()})
    assert batches >= CASES // 4
    assert deliver(world, at + QUIET) == 3
    with world.scope():
        positions = Counter(Case.objects.values_list("level__position", flat=True))
        assert positions == {1: ANSWERED, 2: CASES - ANSWERED}
        assert max(Assignment.objects.values_list("number", flat=True)) == 2
        assert Event.objects.filter(kind="case.escalated").count() == CASES - ANSWERED
        assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
        numbers = set(Case.objects.values_list("number", flat=True))
    mails = {mail.to[0]: mail for mail in mailoutbox}
    names = {name: mails[world[name].user.email] for name in ("tom", "petra", "anna")}
    assert len(mailoutbox) == len(mails) == 3
    assert names["tom"].subject == "30 notices: Escalated (25), Time is running (5)"
    assert names["petra"].subject == "25 notices: Escalated (25)"
    assert names["anna"].subject == "25 notices: Handed on (25)"
    assert [number for number in numbers if number not in names["tom"].body] == []
    assert "Due " in names["petra"].body
    assert "Due " not in names["anna"].body
    found = {name for name, count in audit(at).totals.items() if count}
    assert found == {"unsealed"}  # no sealer runs here
