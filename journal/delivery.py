"""Delivering the outbox: e-mail is sent at least once, always under the same Message-ID."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from journal.digest import Mail, compose
from journal.models import Channel, Notice, NoticeState
from journal.registry import Letter, letters, reminders, reminds
from tenants.models import Membership, Role, User

logger = logging.getLogger(__name__)
GIVE_UP_AFTER = timedelta(days=3)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
# What a row that contradicts the rules raises; what sockets and smtplib raise, and a bad address:
# one notice that cannot be told must not keep the others waiting.
BROKEN = (ValueError, LookupError)
TROUBLE = (OSError, *BROKEN)


def deliver_one(at: datetime) -> UUID | None:
    """Deliver the current tenant's next mail, one that `gather` has made, in a transaction of its
    own.

    Who has locked the notice that leads a mail has all of it. Returns the mail's id, or None when
    nothing waits that another worker has not taken.
    """
    with transaction.atomic():
        mails = Notice.objects.filter(state=NoticeState.PENDING, channel=Channel.EMAIL)
        lead = (
            mails.filter(next_attempt_at__lte=at, mail_id=F("id"))
            .select_for_update(skip_locked=True)
            .order_by("next_attempt_at", "id")
            .first()
        )
        if lead is None:
            return None
        own = mails.filter(mail_id=lead.pk).select_for_update(of=("self",))
        _attempt(list(own.select_related("event", "user").order_by("created_at", "id")), at)
        return lead.pk


def _attempt(notices: Sequence[Notice], at: datetime) -> None:
    try:
        told = _told(notices, at)
    except BROKEN as error:
        _set_apart(notices, at, error)
        return
    sent = [notice for notice in notices if notice.event_id in told]
    try:
        if sent:
            _send(sent, [told[notice.event_id] for notice in sent])
    except TROUBLE as error:
        _postpone(notices, at, error)
    else:
        gone = {notice.pk for notice in sent}
        _settle(sent, at, NoticeState.SENT)
        _settle([n for n in notices if n.pk not in gone], at, NoticeState.DROPPED)


def _told(notices: Sequence[Notice], at: datetime) -> dict[UUID, Letter]:
    """Return what may still be told to the person, and is not settled meanwhile."""
    events, user = [notice.event for notice in notices], notices[0].user
    reminding = [event for event in events if reminds(event.kind)]
    times = reminders(reminding, user, at) if reminding else {}
    return letters([event for event in events if times.get(event.pk, at) is not None], user)


def _set_apart(notices: Sequence[Notice], at: datetime, error: Exception) -> None:
    """Take what cannot be told out of a mail, which goes without it; nothing was sent yet."""
    broken = [notice for notice in notices if not _is_sound(notice, at)]
    apart = {notice.pk for notice in broken}
    sound = [notice.pk for notice in notices if notice.pk not in apart]
    if sound and broken:
        Notice.objects.filter(pk__in=apart).update(mail_id=F("id"))
        Notice.objects.filter(pk__in=sound).update(mail_id=sound[0])
    _postpone(broken or notices, at, error)


def _is_sound(notice: Notice, at: datetime) -> bool:
    try:
        _told([notice], at)
    except BROKEN:
        return False
    return True


def _settle(notices: Sequence[Notice], at: datetime, state: NoticeState) -> None:
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    rows.update(state=state, done_at=at, next_attempt_at=None, attempts=F("attempts") + 1)


def _postpone(notices: Sequence[Notice], at: datetime, error: Exception) -> None:
    logger.warning("mail %s was not sent: %s", notices[0].mail_id, type(error).__name__)
    if at - max(n.held_until or n.created_at for n in notices) >= GIVE_UP_AFTER:
        _settle(notices, at, NoticeState.FAILED)
        return
    doublings = min(notices[0].attempts, 10)  # beyond, the longest wait rules anyway
    again = at + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    rows.update(next_attempt_at=again, attempts=F("attempts") + 1)


def message_id(mail_id: UUID) -> str:
    """Return the Message-ID of a mail: the same at every attempt, so a repeat is recognised."""
    return f"<{mail_id}@{settings.MAIL_DOMAIN}>"


def mail_of(told: Sequence[Letter], user: User) -> Mail:
    """Return the mail that tells a person of the current tenant some letters."""
    return compose(told, user.timezone, _all_url(user) if len(told) > 1 else "")


def _all_url(user: User) -> str:
    """Return where a person finds everything they were told."""
    member = Membership.objects.select_related("tenant").get(user=user)
    if member.role == Role.PARTNER:
        return reverse(settings.LOGIN_REDIRECT_URL)
    return reverse("notices", args=[member.tenant.slug])


def _send(notices: Sequence[Notice], told: Sequence[Letter]) -> None:
    user, mail = notices[0].user, mail_of(told, notices[0].user)
    ident = notices[0].mail_id or notices[0].pk
    EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[user.email],
        headers={"Message-ID": message_id(ident), "Auto-Submitted": "auto-generated"},
    ).send()
