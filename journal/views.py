"""Pages of what people were told."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from journal.actions import mark_read
from journal.delivery import mail_of, message_id
from journal.models import Channel, Notice, NoticeState
from journal.registry import Letter, known, letters
from tenants.middleware import ScopedRequest

SHOWN = 50
# Before there were mails of several notices each was its own.
MAIL = Coalesce(F("mail_id"), F("id"))


@require_GET
def notices(request: ScopedRequest, slug: str) -> HttpResponse:
    """The bell: what a person was told, the latest first; only of what they still may see. `before`
    is the notice after which a page begins."""
    mine = Notice.objects.filter(user_id=request.membership.user_id, channel=Channel.BELL)
    earlier = mine.filter(_before(mine, request.GET.get("before", "")))
    rows = list(earlier.select_related("event").order_by("-created_at", "-id")[: SHOWN + 1])
    found = rows[:SHOWN]
    told = letters([notice.event for notice in found], request.membership.user)
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for notice in found:
        if letter := told.get(notice.event_id):
            label = date_format(timezone.localtime(notice.created_at), "l j F Y")
            days[label].append(line(notice, letter))
    context = {
        "groups": [{"label": label, "notices": rows} for label, rows in days.items()],
        "mark_read_url": reverse("notices-read", args=[slug]),
        "next_url": f"?before={found[-1].pk}" if len(rows) > SHOWN else "",
        "empty": {
            "title": _("Nothing to tell"),
            "text": _("When something happens in a case of yours, it is here, once."),
        },
    }
    return render(request, "notices.html", context)


def _before(mine: QuerySet[Notice], ident: str) -> Q:
    """Return the condition of a page that begins after one of a person's notices; 404 where they
    have none of that id."""
    if not ident:
        return Q()
    try:
        last = mine.get(pk=ident)
    except (ValidationError, Notice.DoesNotExist):
        raise Http404 from None
    same = Q(created_at=last.created_at, pk__lt=last.pk)
    return Q(created_at__lt=last.created_at) | same


def line(notice: Notice, letter: Letter) -> dict[str, Any]:
    """Return a notice as the list shows it."""
    return {
        "at": notice.created_at,
        "text": letter.line,
        "url": letter.url,
        "case_number": letter.number,
        "is_read": notice.read_at is not None,
    }


@require_POST
def read_all(request: ScopedRequest, slug: str) -> HttpResponse:
    """Mark everything as read."""
    mark_read(request.membership.user_id, at=timezone.now())
    return redirect("notices", slug)


@require_GET
def outbox(request: ScopedRequest, slug: str) -> HttpResponse:
    """The mails of a demo, which leave no machine. Outside a demo there is no such page."""
    if not settings.DEMO:
        raise Http404
    sent = Notice.objects.filter(channel=Channel.EMAIL, state=NoticeState.SENT)
    latest = sent.annotate(mail=MAIL).order_by("-done_at", "-id").values_list("mail", flat=True)
    together = sent.annotate(mail=MAIL).filter(mail__in=set(latest[:SHOWN]))
    rows = list(together.select_related("event", "user").order_by("-done_at", "-id"))
    seen = known([notice.event for notice in rows], request.membership.user)
    context = {
        "mails": mails([notice for notice in rows if notice.event_id in seen]),
        "empty": {
            "title": _("No mail yet"),
            "text": _("Escalate a case, or wait for the clock to do it."),
        },
    }
    return render(request, "outbox.html", context)


def mails(found: list[Notice]) -> list[dict[str, Any]]:
    """Return mails as they were sent, as far as each person may still see what they are about."""
    by_person: dict[UUID, list[Notice]] = defaultdict(list)
    by_mail: dict[UUID, list[Notice]] = defaultdict(list)
    for notice in found:
        by_person[notice.user_id].append(notice)
        by_mail[notice.mail_id or notice.pk].append(notice)
    told = {
        (user_id, event_id): letter
        for user_id, group in by_person.items()
        for event_id, letter in letters([n.event for n in group], group[0].user).items()
    }
    return [
        mail(ident, group[0], own)
        for ident, group in by_mail.items()
        if (own := [told[n.user_id, n.event_id] for n in group if (n.user_id, n.event_id) in told])
    ]


def mail(ident: UUID, notice: Notice, told: list[Letter]) -> dict[str, Any]:
    """Return one mail."""
    sent = mail_of(told, notice.user)
    return {
        "at": notice.done_at,
        "to": f"{notice.user.name} <{notice.user.email}>",
        "subject": sent.subject,
        "body": sent.body,
        "message_id": message_id(ident),
    }
