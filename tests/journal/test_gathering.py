"""What leaves in one mail, and when: nobody gets two for one burst, and nothing waits for ever."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import F

from journal.actions import record, tell
from journal.delivery import deliver_one, message_id
from journal.gathering import LONGEST, PATIENT, QUIET, Waiting, gather, ready
from journal.models import Event, Notice
from journal.queries import beat
from partners.models import Contact
from tenants.ids import uuid7
from tests.factories import OPENED, World, make_world

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


def told(after: float = 0, *, swept: bool = True) -> Waiting:
    """Return a notice of the sweep's, or somebody's, seconds after the first."""
    at = OPENED + after * SECOND
    times = (at + QUIET, at + LONGEST) if swept else (at, None)
    return Waiting(uuid7(), uuid7(), uuid7(), "case.escalated", at, *times)


FIRST, SECOND_ONE, WRITTEN = told(), told(8), told(9, swept=False)
BURST = [FIRST, SECOND_ONE]
EVERYTHING = [*BURST, WRITTEN]
WORKING = OPENED - SECOND


@pytest.mark.parametrize(
    ("rows", "after", "swept", "leaves"),
    [
        ([WRITTEN], 9, None, [WRITTEN]),
        ([WRITTEN], 8, None, []),
        # While the sweep is at work what it tells waits, and nothing else.
        (EVERYTHING, 12, WORKING, [WRITTEN]),
        (EVERYTHING, 100, WORKING, [WRITTEN]),
        # It has caught up, and nothing came for a while.
        (BURST, 11, OPENED + 9 * SECOND, BURST),
        (BURST, 10, OPENED + 9 * SECOND, []),
        (EVERYTHING, 11, OPENED + 9 * SECOND, EVERYTHING),
        # Something comes every few seconds.
        ([FIRST, told(19)], 20, OPENED + SECOND, 2),
        ([FIRST, told(18)], 19, OPENED + SECOND, 0),
        # It died at its work, or was never there.
        (BURST, LONGEST / SECOND, WORKING, BURST),
        (BURST, LONGEST / SECOND, None, BURST),
        (BURST, LONGEST / SECOND - 1, None, []),
    ],
)
def test_a_burst_leaves_when_it_is_over(
    rows: list[Waiting], after: float, swept: datetime | None, leaves: list[Waiting] | int
) -> None:
    assert PATIENT == 20 * SECOND
    found = ready(rows, OPENED + after * SECOND, swept)
    assert (len(found) if isinstance(leaves, int) else found) == leaves


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor with a case; the mail about its opening has left."""
    made = make_world()
    with made.scope():
        made.case()
        Notice.objects.all().delete()
    return made


def tell_petra(world: World, number: int, *, held: bool = True, **facts: Any) -> list[UUID]:
    """Tell Petra of some messages; held, as the sweep does. Returns the ids of the mails."""
    with world.scope():
        case_id = Event.objects.get(kind="case.opened").case_id
        for _ in range(number):
            event = record("case.message", at=OPENED, by=None, case_id=case_id, facts=facts)
            tell(event, [world["petra"].user_id], at=OPENED)
            if held:
                own = Notice.objects.filter(event=event, channel="email")
                own.update(next_attempt_at=OPENED + QUIET, held_until=OPENED + LONGEST)
        mails = Notice.objects.filter(channel="email", mail_id=None).order_by("id")
        return list(mails.values_list("id", flat=True))[-number:]


def send(world: World, at: datetime) -> list[UUID]:
    """Deliver all that leaves at an instant, as the task does; return the ids of the mails."""
    with world.scope():
        gather(at)
    sent: list[UUID] = []
    while True:
        with world.scope():
            if (ident := deliver_one(at)) is None:
                return sent
        sent.append(ident)


def states(world: World) -> list[tuple[str, UUID | None, int]]:
    """Return what became of the mails in the order they were told."""
    with world.scope():
        rows = Notice.objects.filter(channel="email").order_by("id")
        return list(rows.values_list("state", "mail_id", "attempts"))


def test_what_the_sweep_tells_one_person_is_one_mail_once_it_has_caught_up(
    world: World, mailoutbox: list[Any]
) -> None:
    ids = tell_petra(world, 3)
    assert send(world, OPENED + QUIET) == []
    tell_petra(world, 1, held=False)
    # What somebody wrote does not wait for it.
    assert len(send(world, OPENED + QUIET)) == 1
    beat("sweep", OPENED, {"caught_up": (OPENED + SECOND).isoformat()})
    assert send(world, OPENED + QUIET) == [ids[0]]
    assert [mail.to for mail in mailoutbox] == [[world["petra"].user.email]] * 2
    assert mailoutbox[1].extra_headers["Message-ID"] == message_id(ids[0])
    assert states(world)[:3] == [("sent", ids[0], 1)] * 3


def test_without_a_sweeper_it_leaves_in_the_end(world: World, mailoutbox: list[Any]) -> None:
    ids = tell_petra(world, 2)
    assert send(world, OPENED + LONGEST - SECOND) == []
    assert send(world, OPENED + LONGEST) == [ids[0]]


def test_after_a_crash_a_digest_comes_again_under_its_name_and_with_nothing_else_in_it(
    world: World, mailoutbox: list[Any]
) -> None:
    ids = tell_petra(world, 2, held=False)
    with world.scope():
        assert gather(OPENED) == 1
    with world.scope():
        assert deliver_one(OPENED) == ids[0]
        transaction.set_rollback(True)  # as a worker that is killed before it commits
    [other] = tell_petra(world, 1, held=False)
    assert send(world, OPENED + SECOND) == [ids[0], other]
    names = [mail.extra_headers["Message-ID"] for mail in mailoutbox]
    assert names == [message_id(ident) for ident in (ids[0], ids[0], other)]
    assert mailoutbox[0].body == mailoutbox[1].body


def test_two_workers_do_not_make_two_mails_of_one_burst(world: World) -> None:
    tell_petra(world, 2, held=False)
    other = connection.copy()
    try:
        with world.scope():
            assert gather(OPENED) == 1
            other.ensure_connection()
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_try_advisory_xact_lock(1835099500, hashtext(%s))",
                    [str(world.tenant.pk)],
                )
                assert cursor.fetchone() == (False,)
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_lock(1835099500, hashtext(%s))", [str(world.tenant.pk)]
            )
        tell_petra(world, 1, held=False)
        with world.scope():
            assert gather(OPENED) == 0
    finally:
        other.close()


def test_while_one_sends_a_digest_nobody_else_takes_a_part_of_it(world: World) -> None:
    ids = tell_petra(world, 3, held=False)
    with world.scope():
        gather(OPENED)
    other = connection.copy()
    try:
        other.set_autocommit(autocommit=False)
        with other.cursor() as cursor:
            cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [str(world.tenant.pk)])
            cursor.execute("SELECT id FROM journal_notice WHERE id = %s FOR UPDATE", [str(ids[0])])
            assert cursor.rowcount == 1
            with world.scope():
                assert deliver_one(OPENED) is None
            other.rollback()
    finally:
        other.close()
    assert send(world, OPENED) == [ids[0]]


def test_what_may_not_be_told_any_more_is_left_out_of_a_digest(
    world: World, mailoutbox: list[Any]
) -> None:
    anna = world["anna"].user_id
    with world.scope():
        case_id = Event.objects.get(kind="case.opened").case_id
        for audience in ("internal", "parties", "parties"):
            event = record("case.message", at=OPENED, by=None, case_id=case_id, audience=audience)
            tell(event, [anna], at=OPENED)
        event = record("case.acknowledged", at=OPENED, by=None, case_id=case_id, audience="parties")
        tell(event, [anna], at=OPENED)
    [ident] = send(world, OPENED)
    assert [state for state, *_ in states(world)] == ["dropped", "sent", "sent", "sent"]
    [mail] = mailoutbox
    assert mail.subject.endswith("] 2 notices: A new message (1), Somebody is on it (1)")
    assert mail.extra_headers["Message-ID"] == message_id(ident)
    with world.scope():
        Contact.objects.all().delete()
        Notice.objects.filter(channel="email").update(
            state="pending", mail_id=F("id"), next_attempt_at=OPENED
        )
    assert len(send(world, OPENED)) == 4
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("place", [0, 1])
def test_what_cannot_be_told_is_set_apart_and_the_rest_goes(
    world: World, mailoutbox: list[Any], place: int
) -> None:
    kinds: list[Callable[[], list[UUID]]] = [
        lambda: tell_petra(world, 1, held=False, on_behalf_of="nobody's id"),
        lambda: tell_petra(world, 2, held=False),
    ]
    for make in kinds if place == 0 else kinds[::-1]:
        make()
    assert len(send(world, OPENED)) == 2
    [mail] = mailoutbox
    found = states(world)
    assert sorted(state for state, *_ in found) == ["pending", "sent", "sent"]
    [(_, apart, attempts)] = [row for row in found if row[0] == "pending"]
    [lead] = {ident for state, ident, _ in found if state == "sent" and ident}
    assert apart != lead
    assert attempts == 1
    assert mail.extra_headers["Message-ID"] == message_id(lead)


def test_a_mail_server_that_is_away_puts_the_whole_digest_off(
    world: World, settings: Any, mailoutbox: list[Any]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    ids = tell_petra(world, 3, held=False)
    assert send(world, OPENED) == [ids[0]]
    assert states(world) == [("pending", ids[0], 1)] * 3
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send(world, OPENED + 9 * SECOND) == []
    assert send(world, OPENED + 10 * SECOND) == [ids[0]]
    assert states(world) == [("sent", ids[0], 2)] * 3
    assert len(mailoutbox) == 1
