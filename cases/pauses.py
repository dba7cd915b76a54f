"""The pause a case is in, and its end."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from cases import clockwork
from cases.models import Case, Pause, PauseEnd
from cases.telling import Told, say
from journal.models import Audience
from tenants.models import Membership


def pause_of(case: Case) -> Pause | None:
    """Return the pause a case is in."""
    lasting = Pause.objects.filter(case_id=case.pk, ended_at=None)
    return lasting.select_related("partner").first()


def wake(
    case: Case,
    *,
    by: Membership | None,
    at: datetime,
    reason: str = PauseEnd.MOVED,
    told: Iterable[UUID | None] = (),
) -> bool:
    """End the pause a case is in, if it is in one, before anything else happens to it: no verb that
    moves a case on may lose what its clocks have used. The case is locked already.

    A pause that should have ended by itself before ended then. Returns whether there was one.
    """
    pause = pause_of(case)
    if pause is None:
        return False
    late = pause.ends_by <= at
    pause.ended_at = max(pause.started_at, min(at, pause.ends_by))
    pause.ended_by_id = by.user_id if by and not late else None
    pause.end_reason = PauseEnd.CAP if late else reason
    pause.save(update_fields=["ended_at", "ended_by", "end_reason"], force_update=True)
    clockwork.restart(case, at)
    facts = {"pause": str(pause.pk), "cause": str(pause.end_reason)}
    say(
        case,
        "case.resumed",
        by=by,
        at=at,
        facts={**facts, "ended_at": pause.ended_at.isoformat()},
        told=Told(told, Audience.PARTIES),
    )
    return True


def wake_if_over(case: Case, *, by: Membership | None, at: datetime) -> None:
    """End a pause whose longest time is over, where nobody has noticed yet: it ended then."""
    pause = pause_of(case)
    if pause is not None and pause.ends_by <= at:
        wake(case, by=by, at=at)


def wake_for(case: Case, partner_id: UUID | None, *, by: Membership, at: datetime) -> None:
    """End a pause that waited for a party, which has just said something: who has the case reads
    what."""
    pause = pause_of(case)
    if pause is not None and pause.partner_id is not None and pause.partner_id == partner_id:
        wake(case, by=by, at=at, reason=PauseEnd.ANSWERED)
