"""Delivering the outbox: e-mail is sent at least once, always under the same Message-ID."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from journal.models import Channel, Notice, NoticeState
from journal.registry import Letter, letters

logger = logging.getLogger(__name__)
GIVE_UP_AFTER = timedelta(days=3)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
# What sockets and smtplib raise, and what a row or an address that contradicts the rules does:
# one notice that cannot be told must not keep the others waiting.
TROUBLE = (OSError, ValueError, LookupError)


def deliver_one(at: datetime) -> UUID | None:
    """Deliver the current tenant's next waiting e-mail in a transaction of its own.

    Returns the notice's id, or None when nothing waits that another worker has not taken.
    """
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("event", "user")
            .filter(state=NoticeState.PENDING, channel=Channel.EMAIL, next_attempt_at__lte=at)
            .order_by("next_attempt_at", "id")
            .first()
        )
        if notice is None:
            return None
        _attempt(notice, at)
        notice.save(
            update_fields=["state", "attempts", "next_attempt_at", "done_at"], force_update=True
        )
        return notice.pk


def _attempt(notice: Notice, at: datetime) -> None:
    notice.attempts += 1
    try:
        sent = _told(notice)
    except TROUBLE as error:
        logger.warning("notice %s was not sent: %s", notice.pk, type(error).__name__)
        _postpone(notice, at)
    else:
        state = NoticeState.SENT if sent else NoticeState.DROPPED
        notice.state, notice.done_at, notice.next_attempt_at = state, at, None


def _told(notice: Notice) -> bool:
    """Send a notice; False where the person may not be told any more."""
    letter = letters([notice.event], notice.user).get(notice.event_id)
    if letter is not None:
        _send(notice, letter)
    return letter is not None


def _postpone(notice: Notice, at: datetime) -> None:
    if at - notice.created_at >= GIVE_UP_AFTER:
        notice.state, notice.done_at, notice.next_attempt_at = NoticeState.FAILED, at, None
    else:
        doublings = min(notice.attempts - 1, 10)  # beyond, the longest wait rules anyway
        notice.next_attempt_at = at + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def message_id(notice_id: UUID) -> str:
    """Return the Message-ID of a notice: the same at every attempt, so a repeat is recognised."""
    return f"<{notice_id}@{settings.MAIL_DOMAIN}>"


def _send(notice: Notice, letter: Letter) -> None:
    EmailMessage(
        subject=letter.subject,
        body=f"{letter.text}\n\n{settings.PUBLIC_URL}{letter.url}\n",
        to=[notice.user.email],
        headers={"Message-ID": message_id(notice.pk), "Auto-Submitted": "auto-generated"},
    ).send()
