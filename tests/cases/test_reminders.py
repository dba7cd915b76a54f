"""Reminders: within their reader's hours, and never of what is settled."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cases.actions import acknowledge, escalate
from cases.models import Case
from cases.sweep import sweep
from journal.delivery import deliver_one
from journal.gathering import LONGEST, gather
from journal.models import Notice
from ladder.models import Level
from tenants.models import User
from tests.factories import BERLIN_HOURS, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

# Tom sits in San Francisco: it is two, and four in the morning there.
OPENED = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
WARNED = datetime(2026, 11, 25, 12, 1, tzinfo=UTC)
NINE = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor in Berlin; the windows of its levels are a day, with a warning after two hours."""
    made = make_world(rules=BERLIN_HOURS, response="PT8H", decision="PT60H", thresholds=(25, 50))
    live_in_california(made, "tom")
    return made


def live_in_california(world: World, name: str) -> None:
    """Let a person live where the vendor's morning is night."""
    user_id = world[name].user_id
    with world.scope(user_id=user_id):
        changed = User.objects.filter(pk=user_id).update(timezone="America/Los_Angeles")
        assert changed == 1


def opened(world: World) -> Case:
    """Log a case whose opening has been told."""
    with world.scope():
        case = world.case(at=OPENED)
        Notice.objects.all().delete()
    return case


def send(world: World, at: datetime) -> None:
    """Deliver all that leaves at an instant."""
    with world.scope():
        gather(at)
    while True:
        with world.scope():
            if deliver_one(at) is None:
                return


def toms(world: World) -> list[tuple[str, str]]:
    """Return which mails Tom was to get, and what became of them."""
    with world.scope():
        mails = Notice.objects.filter(channel="email", user=world["tom"].user)
        return list(mails.order_by("id").values_list("event__kind", "state"))


def at_instant(at: datetime) -> None:
    """Sweep at an instant."""
    sweep(lambda: at)


def test_a_warning_waits_for_its_readers_morning_and_several_are_one_mail(
    world: World, mailoutbox: list[Any]
) -> None:
    cases = [opened(world) for _ in range(3)]
    at_instant(WARNED)
    send(world, WARNED + LONGEST)
    assert toms(world) == [("case.clock.warning", "pending")] * 3
    with world.scope():
        bells = Notice.objects.filter(channel="bell", user=world["tom"].user)
        assert bells.count() == 3
        held = set(Notice.objects.filter(state="pending").values_list("held_until", flat=True))
        assert held == {NINE}
    send(world, NINE - LONGEST)
    assert mailoutbox == []
    send(world, NINE)
    assert toms(world) == [("case.clock.warning", "sent")] * 3
    [mail] = mailoutbox
    assert mail.subject == "3 notices: Time is running (3)"
    assert all(case.number in mail.body for case in cases)


def test_after_acknowledging_nobody_is_reminded(world: World, mailoutbox: list[Any]) -> None:
    case, other = opened(world), opened(world)
    at_instant(WARNED)
    send(world, WARNED + LONGEST)
    with world.scope():
        acknowledge(case, by=world["tom"], at=WARNED + LONGEST)
    send(world, NINE)
    states = {state for kind, state in toms(world) if kind == "case.clock.warning"}
    assert states == {"sent", "dropped"}
    [mail] = [mail for mail in mailoutbox if mail.to == [world["tom"].user.email]]
    assert mail.subject == f"[{other.number}] Time is running"


def test_what_was_answered_while_the_mail_server_was_away_is_not_sent_any_more(
    world: World, settings: Any, mailoutbox: list[Any]
) -> None:
    case = opened(world)
    at_instant(WARNED)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    send(world, NINE)
    assert toms(world) == [("case.clock.warning", "pending")]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with world.scope():
        acknowledge(case, by=world["tom"], at=NINE)
    send(world, NINE + LONGEST)
    assert toms(world) == [("case.clock.warning", "dropped")]
    assert [mail for mail in mailoutbox if mail.to == [world["tom"].user.email]] == []


def test_on_an_urgent_level_nobodys_night_counts(world: World, mailoutbox: list[Any]) -> None:
    opened(world)
    with world.scope():
        Level.objects.filter(position=1).update(urgent=True)
    at_instant(WARNED)
    send(world, WARNED + LONGEST)
    assert [mail.to for mail in mailoutbox] == [[world["tom"].user.email]]


def test_a_climb_is_no_reminder_and_is_told_at_night(world: World, mailoutbox: list[Any]) -> None:
    case = opened(world)
    late = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
    at_instant(late)
    send(world, late + LONGEST)
    mine = [mail for mail in mailoutbox if mail.to == [world["tom"].user.email]]
    assert [mail.subject for mail in mine] == [f"[{case.number}] Escalated"]


def test_the_alarm_is_told_at_night_and_its_repeats_in_the_morning(
    world: World, mailoutbox: list[Any]
) -> None:
    case = opened(world)
    live_in_california(world, "marianne")
    with world.scope():
        Level.objects.update(thresholds=[])
        for name in ("tom", "petra"):
            escalate(Case.objects.get(), by=world[name], at=OPENED, reason="Above my limit.")
        Notice.objects.all().delete()
    late = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
    at_instant(late)
    send(world, late + LONGEST)
    hers = [m.subject for m in mailoutbox if m.to == [world["marianne"].user.email]]
    assert hers == [f"[{case.number}] A window was missed at the top"]
    again = datetime(2026, 11, 27, 10, 31, tzinfo=UTC)
    at_instant(again)
    send(world, again + LONGEST)
    hers = [m.subject for m in mailoutbox if m.to == [world["marianne"].user.email]]
    assert len(hers) == 1
    send(world, datetime(2026, 11, 27, 17, 0, tzinfo=UTC))
    hers = [m.subject for m in mailoutbox if m.to == [world["marianne"].user.email]]
    assert hers[1:] == [f"[{case.number}] Still waiting"]
