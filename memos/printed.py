"""A memo, and a party's copy of it, as they are printed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from memos.models.memo import SECTIONS, Memo, MemoAction, MemoCopy
from memos.pdf import PrintedAction, PrintedMemo

# Dispute, findings and decision stand before the actions.
ACTIONS_AFTER = 3


def full(
    memo: Memo, actions: Iterable[MemoAction], copies: Iterable[MemoCopy], vendor: str
) -> PrintedMemo:
    """Return the vendor's memo, complete."""
    sections = tuple((heading_of(name), getattr(memo, name)) for name in SECTIONS)
    return PrintedMemo(
        **frame(memo, vendor, memo.case.number),
        title=memo.title,
        sections=sections,
        actions=tuple(printed(action) for action in actions),
        parties=tuple(copy.partner.name for copy in copies),
        proof=memo.sha256,
        audience_line=_("Internal, complete"),
        actions_after=ACTIONS_AFTER,
    )


def for_party(
    memo: Memo, copy: MemoCopy, actions: Iterable[MemoAction], vendor: str
) -> PrintedMemo:
    """Return what one party is given: its own text, its own actions, nobody else's name."""
    own = [action for action in actions if action.partner_id == copy.partner_id]
    return PrintedMemo(
        **frame(memo, vendor, memo.case.number),
        title=copy.title,
        sections=(("", copy.body),),
        actions=tuple(printed(action, who=copy.partner.name) for action in own),
        parties=(copy.partner.name,),
        proof=copy.sha256,
        audience_line=_("Copy for %(partner)s") % {"partner": copy.partner.name},
    )


def frame(memo: Memo, vendor: str, case_number: str) -> dict[str, Any]:
    """Return what names the memo, whoever reads it."""
    return {
        "vendor": vendor,
        "case_number": case_number,
        "number": memo.number,
        "version": memo.version,
        "issued_on": day_and_time(memo.issued_at),
        "decided_by": memo.issued_by.name if memo.issued_by else "",
        "status": str(memo.get_status_display()),
        "language": get_language() or "en",
        "draft": not memo.is_issued,
    }


def printed(action: MemoAction, who: str = "") -> PrintedAction:
    """Return an action as a row of the table."""
    return PrintedAction(
        what=action.what,
        who=who or doer(action),
        by=date_format(action.due_on, "j F Y"),
        state=_("Done") if action.done_at else _("Open"),
    )


def doer(action: MemoAction) -> str:
    """Return who does it: one colleague, or one party."""
    if action.owner is not None:
        return str(action.owner.name)
    return action.partner.name if action.partner else ""


def heading_of(name: str) -> str:
    """Return the heading of a section, or what else a memo's field is called."""
    field: Any = Memo._meta.get_field(name)
    return str(field.verbose_name).capitalize()


def day_and_time(at: datetime | None) -> str:
    """Return an instant in the reader's zone, which it names."""
    if at is None:
        return ""
    zone = timezone.get_current_timezone_name().rsplit("/", 1)[-1].replace("_", " ")
    return f"{date_format(timezone.localtime(at), 'j F Y, H:i')} {zone}"
