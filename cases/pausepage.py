"""What the page of a case shows of its pause."""

from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case, Message, Pause
from cases.pauses import pause_of
from journal.models import Event


def paused_case(case: Case) -> dict[str, Any] | None:
    """Return what a case stands still for, since when and until when; None where it does not."""
    pause = pause_of(case)
    if pause is None:
        return None
    return {
        "words": pause_words(pause),
        "text": said_at(case),
        "since": pause.started_at,
        "review_by": pause.review_by,
        "ends_by": pause.ends_by,
    }


def pause_words(pause: Pause) -> str:
    """Return in a few words who owes what."""
    reason = str(pause.get_reason_display())
    if pause.partner is None:
        return _("Waiting for: %(reason)s") % {"reason": reason}
    return _("Waiting for %(partner)s: %(reason)s") % {
        "partner": pause.partner.name,
        "reason": reason,
    }


def said_at(case: Case) -> str:
    """Return what was written when the case was paused last."""
    last = Event.objects.filter(case_id=case.pk, kind="case.paused").order_by("-at", "-id")
    texts = Message.objects.filter(case_id=case.pk, event_id__in=last.values("id")[:1])
    return texts.values_list("body", flat=True).first() or ""
