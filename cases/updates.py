"""Short updates that all parties read, and the clock by which the next one is owed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import clockwork
from cases.access import check, lock_case
from cases.actions import required
from cases.models import Case, ClockKind, MessageKind
from cases.rules import calendar_of
from cases.starting import start_clock
from cases.telling import Told, owner_of, partners_contacts, say
from journal.models import Audience
from ladder.durations import parse_window
from ladder.queries import programme
from tenants.errors import Invalid
from tenants.models import Membership
from tenants.queries import colleagues

# Who owes the next one is warned once before it is due.
WARNED_AT = (75,)
LONGEST_LINE = 500


@transaction.atomic
def share_update(
    case: Case,
    *,
    by: Membership | None,
    at: datetime,
    happened: str,
    next_step: str,
    sees_to: UUID | None = None,
    depends_on: str = "",
) -> Case:
    """Tell all parties how their case stands: what happened, what comes next, who sees to it (the
    case's owner unless said), and what that depends on.

    Meets the clock of the update before, and starts that of the next one.
    """
    case = lock_case(case)
    check(case, "update", by)
    happened = required("happened", happened)
    lines = {"next_step": line("next_step", next_step, needed=True)}
    lines["depends_on"] = line("depends_on", depends_on)
    person = sees_to or case.owner_id
    names = {member.user_id: member.user.name for member in colleagues()}
    if sees_to is not None and sees_to not in names:
        raise Invalid({"sees_to": _("Choose a colleague.")})
    clockwork.meet(case, [ClockKind.UPDATE], at)
    _promise_next(case, at)
    clockwork.settle(case, at)
    say(
        case,
        "case.update",
        by=by,
        at=at,
        text=body_of(happened, lines, names.get(person, "") if person else ""),
        kind=MessageKind.UPDATE,
        facts={"sees_to": str(person) if person else None},
        told=Told((*owner_of(case), *partners_contacts(case)), Audience.PARTIES),
    )
    return case


def line(name: str, text: str, *, needed: bool = False) -> str:
    """Return one line that was given, or refuse it by its field's name."""
    text = " ".join(text.split())
    if needed and not text:
        raise Invalid({name: _("Say what comes next.")})
    if len(text) > LONGEST_LINE or "\x00" in text:
        raise Invalid({name: _("At most 500 characters of plain text.")})
    return text


def body_of(happened: str, lines: dict[str, str], name: str) -> str:
    """Return an update as it is read."""
    who = _("Who sees to it: %(name)s") % {"name": name} if name else ""
    depends = lines["depends_on"]
    rest = [
        _("Next: %(step)s") % {"step": lines["next_step"]},
        who,
        _("It depends on: %(what)s") % {"what": depends} if depends else "",
    ]
    return "\n".join([happened, "", *filter(None, rest)])


def _promise_next(case: Case, at: datetime) -> None:
    """Start the clock of the next update, where the programme has one."""
    window = programme().update_window
    if window:
        hours = calendar_of(case.calendar_version)
        with clockwork.within_hours():
            clock = start_clock(
                ClockKind.UPDATE,
                parse_window(window),
                at,
                hours,
                WARNED_AT,
                of_assignment=False,
            )
        clockwork.store(case, [clock])
