"""What the background tasks of cases say about themselves."""

from datetime import datetime, timedelta
from unittest.mock import ANY

import pytest
from django.utils import timezone

from cases.models import Case, Clock
from cases.tasks import STUCK_SHOWN, last_detail, run_sweep, stuck_lately
from escalation.operations import findings
from journal.queries import heartbeats
from tests.factories import OPENED, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


def test_a_case_that_cannot_be_moved_is_shown_beyond_the_tick_that_met_it(
    live_world: World,
) -> None:
    with live_world.scope():
        case = live_world.case(at=OPENED - timedelta(days=30))
        Case.objects.filter(pk=case.pk).update(windows={"steps": [{"response": "nonsense"}]})
    run_sweep()
    first = heartbeats()["sweep"].detail
    assert (first["moved"], first["stuck"]) == (0, 1)
    # It has been put off for a minute: this tick does not meet it.
    run_sweep()
    assert heartbeats()["sweep"].detail == {**first, "caught_up": ANY}
    assert findings(timezone.now())["stuck"] == 1


def test_what_is_due_before_the_next_tick_is_moved_when_it_is_due(live_world: World) -> None:
    with live_world.scope():
        case = live_world.case(at=timezone.now())
        due_at = timezone.now() + timedelta(seconds=0.5)
        clocks = Clock.objects.filter(case=case, kind="response")
        clocks.update(due_at=due_at, next_fire_at=due_at)
    run_sweep()
    with live_world.scope():
        assert timezone.now() > due_at
        assert Case.objects.get().level.position == 2
        assert clocks.filter(state="breached", processed_at__gte=due_at).count() == 1
    assert datetime.fromisoformat(heartbeats()["sweep"].detail["caught_up"]) > due_at


def test_it_is_shown_for_five_minutes() -> None:
    shown = stuck_lately(3, OPENED, {})
    assert shown == {"stuck": 3, "stuck_at": OPENED.isoformat()}
    assert timedelta(minutes=5) == STUCK_SHOWN
    assert stuck_lately(0, OPENED + STUCK_SHOWN - timedelta(seconds=1), shown) == shown
    assert stuck_lately(0, OPENED + STUCK_SHOWN, shown) == {"stuck": 0}
    assert stuck_lately(1, OPENED + timedelta(seconds=2), shown)["stuck"] == 1


def test_before_the_first_beat_nothing_is_stuck(transactional_db: None) -> None:
    assert last_detail() == {}
    assert stuck_lately(0, OPENED, {}) == {"stuck": 0}
