"""Issuing a memo: checked, numbered, hashed, and from then on nobody's to change."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cases import clockwork
from cases.facts import Asked, NewClock
from cases.models import Case, Clock, ClockKind, ClockState
from cases.queries import concession_pending
from cases.rules import calendar_of
from cases.starting import start_clock
from cases.telling import Told, parties_of, partners_contacts, say
from journal.models import Audience
from ladder.durations import Window
from ladder.worktime import always_open
from memos.access import ISSUED_IN, allowed_in, check_memo, check_seen, lock_memo
from memos.actions.review import sees
from memos.models.memo import REQUIRED, Memo, MemoAction, MemoCopy, MemoStatus
from memos.proof import copy_facts, digest, memo_facts
from memos.queries import conceded_since, forbidden_to
from memos.redaction import doubtful_in, found_in
from tenants.errors import Invalid, NotNow
from tenants.models import Membership
from tenants.queries import colleagues
from tenants.scope import tenant_in_force

WARNED_AT = (75,)
# A line that is only a heading or an empty bullet says nothing yet.
NOTHING = re.compile(r"^\s*(?:#+\s.*|[-*+]|\d+[.)])?\s*$")
NEXT_NUMBER = """
INSERT INTO memos_memocounter (tenant_id, id, year, last)
VALUES (%(tenant)s, gen_random_uuid(), %(year)s, 1)
ON CONFLICT (tenant_id, year) DO UPDATE SET last = memos_memocounter.last + 1 RETURNING last
"""


@transaction.atomic
def issue_memo(
    memo: Memo, *, by: Membership, at: datetime, revision: int | None = None, confirmed: int = 0
) -> Memo:
    """Issue a reviewed memo, as who holds the deciding level: each party reads its copy from now
    on, each action has its clock, and what the memo says never changes again.

    `confirmed` is how many words that may name another party (`words_to_confirm`) the issuer has
    looked at; where there are others by now, they are to be looked at first (`Invalid`).
    """
    memo = lock_memo(memo)
    check_memo(memo, "issue", by)
    check_seen(memo, revision)
    case = memo.case
    check_ready(memo)
    copies = list(MemoCopy.objects.filter(memo_id=memo.pk).select_related("partner"))
    actions = list(MemoAction.objects.filter(memo_id=memo.pk))
    check_contents(memo, copies, actions, at)
    words = words_to_confirm(memo, copies, actions)
    if len(words) != confirmed:
        raise Invalid({"confirmed": _("Look at the words that may name another party.")})
    memo.number = memo.number or next_number(at)
    memo.issued_by_id, memo.issued_level_id, memo.issued_at = by.user_id, case.level_id, at
    seal(memo, copies, actions, at)
    follow(case, memo, actions, at)
    case.memo_id, case.memo_cycle = memo.pk, case.cycle
    clockwork.settle(case, at)
    people = (case.owner_id, memo.author_id, memo.reviewer_id)
    bound = tuple(action.owner_id for action in actions if not action.done_at)
    told = Told((*people, *bound, *partners_contacts(case)), Audience.PARTIES)
    facts = {
        "memo": str(memo.pk),
        "number": memo.number,
        "version": memo.version,
        "sha256": memo.sha256,
        "copies": sorted(copy.sha256 for copy in copies),
        "position": case.level.position,
    }
    if words:
        facts["words_confirmed"] = len(words)
    say(case, "memo.issued", by=by, at=at, facts=facts, told=told)
    return memo


def next_number(at: datetime) -> str:
    """Return the tenant's next number of a memo, as `M-2026-0007`."""
    parameters: dict[str, str | int] = {"tenant": str(tenant_in_force()), "year": at.year}
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, parameters)
        return f"M-{at.year}-{cursor.fetchone()[0]:04d}"


def seal(memo: Memo, copies: list[MemoCopy], actions: list[MemoAction], at: datetime) -> None:
    """Hash what each party reads, then all of it; the last write is the one that closes it."""
    for copy in copies:
        copy.sha256 = digest(copy_facts(memo, copy, actions))
        copy.save(update_fields=["sha256"], force_update=True)
    memo.sha256 = digest(memo_facts(memo, copies, actions))
    memo.status, memo.updated_at = MemoStatus.ISSUED, at
    memo.save(force_update=True)


def check_ready(memo: Memo) -> None:
    """Refuse a memo that was not reviewed, or whose case or concessions are not decided."""
    if memo.reviewed_at is None:
        reason = _("A colleague has to review the memo before it is issued.")
        raise NotNow(reason, [verb for verb in allowed_in(memo) if verb != "memo.issue"])
    if memo.case.status not in ISSUED_IN:
        reason = _("The dispute has to be decided before its memo is issued.")
        raise NotNow(reason, ["decide"])
    check_conceded(memo)


def check_conceded(memo: Memo) -> None:
    """Refuse a memo while a concession waits, or where one changed since the memo was reviewed."""
    if concession_pending(memo.case):
        raise NotNow(_("A concession of this case is not decided yet. Decide it, or take it back."))
    if memo.reviewed_at is not None and conceded_since(memo.case, memo.reviewed_at):
        reason = _("What was conceded has changed since the memo was reviewed. Review it again.")
        raise NotNow(reason, ["memo.take_back"])


def check_contents(
    memo: Memo, copies: list[MemoCopy], actions: list[MemoAction], at: datetime
) -> None:
    """Refuse what says too little, or tells one party of another: each place with its reason."""
    errors = {
        f"sections.{name}": _("Write this section first.")
        for name in REQUIRED
        if is_empty(getattr(memo, name))
    }
    errors |= wrong_copies(memo, copies, actions)
    errors |= wrong_actions(memo, actions, at)
    if errors:
        raise Invalid(errors)


def is_empty(text: str) -> bool:
    """Whether a text has nothing but headings and empty bullets."""
    return all(NOTHING.match(line) for line in text.splitlines())


def wrong_copies(
    memo: Memo, copies: Iterable[MemoCopy], actions: list[MemoAction]
) -> dict[str, str]:
    """Return what is wrong with what the parties would read."""
    written = {copy.partner_id: copy for copy in copies}
    errors = {}
    for partner_id, forbidden in forbidden_to(parties_of(memo.case)).items():
        copy = written.get(partner_id)
        if copy is None or is_empty(copy.body):
            errors[f"copies[{partner_id}].body"] = _("Write what this party reads.")
            continue
        for place, text in texts_of(copy, actions):
            if found := found_in(text, forbidden):
                words = {"names": ", ".join(found)}
                errors[place] = _("This party must not read: %(names)s.") % words
    return errors


def texts_of(copy: MemoCopy, actions: list[MemoAction]) -> list[tuple[str, str]]:
    """Return everything that one party is to read, each text with the place it is written in."""
    own = [(f"actions[{a.pk}].what", a.what) for a in actions if a.partner_id == copy.partner_id]
    here = f"copies[{copy.partner_id}]"
    return [(f"{here}.title", copy.title), (f"{here}.body", copy.body), *own]


def words_to_confirm(
    memo: Memo, copies: list[MemoCopy], actions: list[MemoAction]
) -> list[tuple[MemoCopy, str]]:
    """Return the words that may name another party, or may be words like any other, once for each
    copy they stand in: who issues the memo looks at them. A text that names another party for
    certain is to be corrected first."""
    forbidden = forbidden_to(parties_of(memo.case))
    found: list[tuple[MemoCopy, str]] = []
    for copy in (copy for copy in copies if copy.partner_id in forbidden):
        words = [
            word
            for _place, text in texts_of(copy, actions)
            if not found_in(text, forbidden[copy.partner_id])
            for word in doubtful_in(text, forbidden[copy.partner_id])
        ]
        found += [(copy, word) for word in dict.fromkeys(words)]
    return found


def wrong_actions(memo: Memo, actions: list[MemoAction], at: datetime) -> dict[str, str]:
    """Return which of the actions nobody can do any more, and why."""
    here = {member.user_id: member for member in colleagues()}
    errors = {}
    for action in (action for action in actions if not action.done_at):
        if seconds_left(memo.case, action, at) < 1:
            errors[f"actions[{action.pk}].due_on"] = _("This day has passed.")
        if action.owner_id and not (action.owner_id in here and sees(here[action.owner_id], memo)):
            said = _("Choose a colleague who works here, and sees the case.")
            errors[f"actions[{action.pk}].owner"] = said
    return errors


def seconds_left(case: Case, action: MemoAction, at: datetime) -> int:
    """Return how long it is until the action's day is over, where the case's calendar is."""
    zone = calendar_of(case.calendar_version).zone
    end = datetime.combine(action.due_on + timedelta(days=1), time.min, tzinfo=zone)
    return int((end.astimezone(UTC) - at).total_seconds())


def follow(case: Case, memo: Memo, actions: list[MemoAction], at: datetime) -> None:
    """Start a clock for each action; those of the memo that this one corrects end."""
    if memo.predecessor_id:
        before = MemoAction.objects.filter(memo_id=memo.predecessor_id).values_list("pk", flat=True)
        for subject in before:
            clockwork.end(case, at, [ClockKind.ACTION], subject=subject)
        missed = Clock.objects.filter(case_id=case.pk, subject__in=list(before), met_at=None)
        missed.filter(state=ClockState.BREACHED, ended_at=None).update(ended_at=at)
    pending = [action for action in actions if not action.done_at]
    with clockwork.within_hours():
        clockwork.store(case, [clock_of(case, action, at) for action in pending])


def clock_of(case: Case, action: MemoAction, at: datetime) -> NewClock:
    """Return the clock of an action: to the end of its day. A partner's asks the case's owner."""
    owner: UUID | None = action.owner_id or case.owner_id
    return start_clock(
        ClockKind.ACTION,
        Window(seconds=seconds_left(case, action, at)),
        at,
        always_open(),
        WARNED_AT,
        of_assignment=False,
        asked=Asked(subject=action.pk, owner_id=owner),
    )
