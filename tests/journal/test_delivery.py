"""Delivering the outbox, to a real mail server and to one that is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from celery import current_app
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases import actions
from devtools.ports import free_port
from journal import tasks
from journal.actions import mark_read, record, tell, wake
from journal.delivery import GIVE_UP_AFTER, deliver_one, message_id
from journal.gathering import gather
from journal.models import Event, Notice
from journal.queries import heartbeats, tenants_waiting, unread_count
from partners.models import Contact
from tests.factories import OPENED, World, make_world

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


@pytest.fixture
def then() -> Iterator[None]:
    """The tasks ask what time it is: shortly after the case was opened."""
    with time_machine.travel(OPENED + SECOND):
        yield


class Mailbox(MessageHandler):
    """Keeps what a mail server receives."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        """Keep one mail."""
        self.mails.append(message)


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """A real SMTP server on this machine."""
    handler = Mailbox()
    server = Controller(handler, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield handler
    server.stop()


@pytest.fixture
def nobody_answers(settings: Settings) -> None:
    """Mail goes to a port at which nothing listens."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor with one new case: its owner Tom logged it, Alpenwerk's Anna is to be told."""
    made = make_world()
    with made.scope():
        made.case()
    return made


def waiting(world: World) -> list[Notice]:
    """Return the mails of a vendor in the order of their attempts."""
    with world.scope():
        mails = Notice.objects.filter(channel="email").select_related("user")
        return list(mails.order_by("created_at", "id"))


def deliver(world: World, at: datetime = OPENED) -> UUID | None:
    """Deliver one mail as the task does."""
    with world.scope():
        gather(at)
    with world.scope():
        return deliver_one(at)


@contextmanager
def woken(world: World) -> Iterator[None]:
    """Expect that what happens within wakes a worker for this vendor, over the real broker."""
    with current_app.connection_for_write() as broker:
        queue = broker.SimpleQueue("default")
        drained(queue, world)
        yield
        assert drained(queue, world) == 1
        queue.close()


def drained(queue: Any, world: World) -> int:
    """Take what wakes workers for this vendor off the queue; leave what belongs to others."""
    found, others = 0, []
    while True:
        try:
            message = queue.get(timeout=1)
        except queue.Empty:
            break
        if message.payload[0] == [str(world.tenant.pk)]:
            message.ack()
            found += 1
        else:
            others.append(message)
    for message in others:
        message.requeue()
    return found


def test_one_mail_a_notice_from_the_number_and_never_the_title(
    world: World, mailbox: Mailbox
) -> None:
    notice = waiting(world)[0]
    assert deliver(world) == notice.pk
    assert deliver(world) is None
    mail = mailbox.mails[0]
    with world.scope():
        case = world.case()
    assert len(mailbox.mails) == 1
    assert mail["To"] == world["anna"].user.email
    assert mail["Message-ID"] == f"<{notice.pk}@{django_settings.MAIL_DOMAIN}>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == f"[{case.number[:-1]}1] A case was opened"
    text = mail.get_payload()
    assert f"/p/{world.tenant.slug}/alpenwerk/" in text
    assert case.title not in text
    assert world["tom"].user.email not in mail.as_string()
    notice = waiting(world)[0]
    assert (notice.state, notice.attempts, notice.done_at, notice.next_attempt_at) == (
        "sent",
        1,
        OPENED,
        None,
    )


def test_after_a_crash_between_sending_and_committing_the_mail_comes_again_under_its_name(
    world: World, mailbox: Mailbox
) -> None:
    with world.scope():
        gather(OPENED)
    with world.scope():
        deliver_one(OPENED)
        transaction.set_rollback(True)  # as a worker that is killed before it commits
    assert waiting(world)[0].state == "pending"
    deliver(world)
    assert waiting(world)[0].state == "sent"
    names = [mail["Message-ID"] for mail in mailbox.mails]
    assert names == [message_id(waiting(world)[0].pk)] * 2


def test_a_mail_server_that_is_away_is_tried_again_ever_more_slowly(
    world: World, nobody_answers: None
) -> None:
    at, waits = OPENED, []
    for attempt in range(1, 12):
        assert deliver(world, at) is not None
        notice = waiting(world)[0]
        assert (notice.state, notice.attempts) == ("pending", attempt)
        assert notice.next_attempt_at is not None
        waits.append((notice.next_attempt_at - at) / SECOND)
        assert deliver(world, notice.next_attempt_at - SECOND) is None
        at = notice.next_attempt_at
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    deliver(world, OPENED + GIVE_UP_AFTER - SECOND)
    assert waiting(world)[0].state == "pending"
    deliver(world, OPENED + GIVE_UP_AFTER + timedelta(hours=1))
    notice = waiting(world)[0]
    assert (notice.state, notice.attempts, notice.next_attempt_at) == ("failed", 13, None)
    assert deliver(world, OPENED + timedelta(days=9)) is None


def test_who_may_no_longer_see_the_case_is_not_told(world: World, mailbox: Mailbox) -> None:
    with world.scope():
        Contact.objects.filter(user=world["anna"].user).delete()
    deliver(world)
    assert waiting(world)[0].state == "dropped"
    assert mailbox.mails == []


@pytest.mark.parametrize("who", ["person", "member"])
def test_who_may_no_longer_sign_in_is_not_told(world: World, mailbox: Mailbox, who: str) -> None:
    anna = world["anna"]
    with world.scope(user_id=anna.user_id):
        if who == "person":
            anna.user.is_active = False
            anna.user.save(update_fields=["is_active"])
        else:
            anna.is_active = False
            anna.save()
    deliver(world)
    assert waiting(world)[0].state == "dropped"
    assert mailbox.mails == []


def test_what_is_internal_is_not_told_to_a_partner(world: World, mailbox: Mailbox) -> None:
    deliver(world)
    with world.scope():
        case_id = Event.objects.get(kind="case.opened").case_id
        event = record("case.message", at=OPENED, by=None, case_id=case_id)
        tell(event, [world["anna"].user_id, world["tom"].user_id], at=OPENED)
    while deliver(world):
        pass
    states = {n.user.name: n.state for n in waiting(world) if n.event_id == event.pk}
    assert states == {"Anna": "dropped", "Tom": "sent"}


def test_a_notice_that_cannot_be_told_does_not_keep_the_others_waiting(
    world: World, mailbox: Mailbox
) -> None:
    """A broken row is put off like a mail server that is away."""
    with world.scope():
        event = record("nobody.knows.this", at=OPENED, by=None)
        tell(event, [world["petra"].user_id], at=OPENED - SECOND)
        poison = Notice.objects.get(event=event, channel="email")
    assert deliver(world) == poison.pk
    assert deliver(world) is not None
    assert len(mailbox.mails) == 1
    with world.scope():
        poison.refresh_from_db()
    assert (poison.state, poison.attempts) == ("pending", 1)


def test_a_person_is_told_of_an_event_once(world: World) -> None:
    with world.scope():
        event = Event.objects.get(kind="case.opened")
        before = Notice.objects.filter(event=event).count()
        tell(event, [world["anna"].user_id, None, world["anna"].user_id], at=OPENED)
        assert Notice.objects.filter(event=event).count() == before == 2
        # Not the one who did it.
        tell(event, [world["tom"].user_id], at=OPENED)
        assert Notice.objects.filter(event=event).count() == before


def test_two_workers_do_not_send_one_mail_twice(world: World, mailbox: Mailbox) -> None:
    other = connection.copy()
    try:
        with world.scope():
            gather(OPENED)
        with world.scope():
            deliver_one(OPENED)
            other.ensure_connection()
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('app.tenant_id', %s, false)", [str(world.tenant.pk)]
                )
                cursor.execute(
                    "SELECT count(*) FROM (SELECT 1 FROM journal_notice WHERE state = 'pending'"
                    " FOR UPDATE SKIP LOCKED) f"
                )
                assert cursor.fetchone() == (0,)
    finally:
        other.close()
    assert len(mailbox.mails) == 1


def test_the_relay_finds_what_nobody_was_woken_for(world: World, then: None) -> None:
    assert tenants_waiting(OPENED - SECOND) == []
    assert tenants_waiting(OPENED) == [world.tenant.pk]
    with woken(world):
        tasks.relay()
    assert "relay" in heartbeats()


def test_the_task_delivers_all_that_waits(world: World, mailbox: Mailbox, then: None) -> None:
    tasks.deliver(str(world.tenant.pk))
    assert [mail["To"] for mail in mailbox.mails] == [world["anna"].user.email]
    assert tenants_waiting(timezone.now()) == []


def test_a_long_queue_goes_on_in_another_task(
    world: World, mailbox: Mailbox, then: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MAILS_PER_TASK", 1)
    with woken(world):
        tasks.deliver(str(world.tenant.pk))


def test_without_a_broker_a_verb_succeeds_and_the_relay_will_find_its_notices(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    with current_app.connection_for_write(away, transport_options={"max_retries": 0}) as broker:
        producer = current_app.amqp.Producer(broker, auto_declare=False)
        through_it = partial(current_app.send_task, producer=producer)
        monkeypatch.setattr(current_app, "send_task", through_it)
        wake(world.tenant.pk)
    assert "wait for the relay" in caplog.text
    assert tenants_waiting(OPENED) == [world.tenant.pk]


def test_the_bell_counts_what_was_not_read(world: World) -> None:
    anna, tom = world["anna"].user, world["tom"].user
    with world.scope():
        case = Event.objects.get(kind="case.opened").case_id
        assert (unread_count(anna), unread_count(tom)) == (1, 0)
        actions.add_message(
            world.case(), by=world["petra"], at=OPENED, body="For everybody.", audience="parties"
        )
        assert case is not None
        assert unread_count(anna) == 3
        assert unread_count(anna, at_most=2) == 2
        assert mark_read(anna.pk, at=OPENED) == 3
        assert (unread_count(anna), unread_count(tom)) == (0, 1)
        assert mark_read(anna.pk, at=OPENED) == 0
