"""Writing a memo: begin it, change it, begin the successor of an issued one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import lock_case
from cases.actions import LONGEST_TEXT
from cases.models import Case
from cases.telling import fingerprint, parties_of, say
from memos.access import check_drafts, check_memo, lock_memo
from memos.drafting import first_draft
from memos.models.memo import SECTIONS, Memo, MemoAction, MemoCopy, MemoStatus
from tenants.errors import Invalid, NotNow
from tenants.models import Membership
from tenants.queries import colleagues

MOST_ACTIONS = 60
LONGEST_TITLE, LONGEST_ACTION = 200, 500
FARTHEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class CopyText:
    """What one party is to read."""

    partner_id: UUID
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class ActionText:
    """What one colleague, or one party, is to do by a day. `id` is the row it was before."""

    what: str
    due_on: date | None
    owner_id: UUID | None = None
    partner_id: UUID | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything of a memo that people write. Actions that are done stay, named or not."""

    title: str
    sections: dict[str, str]
    copies: tuple[CopyText, ...] = ()
    actions: tuple[ActionText, ...] = ()


@transaction.atomic
def draft_memo(case: Case, *, by: Membership, at: datetime) -> Memo:
    """Begin the memo of an open case, filled with what the case already says."""
    case = lock_case(case)
    check_drafts(case, by)
    memo = Memo(
        tenant_id=case.tenant_id,
        case=case,
        author_id=by.user_id,
        drafted_at=at,
        updated_at=at,
        changed_at=at,
    )
    memo.written_by(by.user_id)
    copies = first_draft(memo)
    memo.save(force_insert=True)
    for copy in copies:
        copy.memo = memo
        copy.save(force_insert=True)
    say(case, "memo.drafted", by=by, at=at, facts={"memo": str(memo.pk), "version": memo.version})
    return memo


@transaction.atomic
def succeed_memo(memo: Memo, *, by: Membership, at: datetime) -> Memo:
    """Begin the successor that corrects an issued memo: all of it again, with the next version."""
    before = lock_memo(memo)
    check_memo(before, "succeed", by)
    others = Memo.objects.filter(case_id=before.case_id)
    if others.exclude(status=MemoStatus.ISSUED).exists():
        raise NotNow(_("A correction of this memo is being written already."), ["memo.edit"])
    if others.filter(predecessor_id=before.pk).exists():
        raise NotNow(_("This memo was corrected already: correct its successor."))
    after = Memo(
        tenant_id=before.tenant_id,
        case=before.case,
        number=before.number,
        version=before.version + 1,
        predecessor=before,
        title=before.title,
        **{name: getattr(before, name) for name in SECTIONS},
        author_id=by.user_id,
        writers=before.writers,
        drafted_at=at,
        updated_at=at,
        changed_at=at,
    )
    after.written_by(by.user_id)
    after.save(force_insert=True)
    _copy_parts(before, after)
    facts = {"memo": str(after.pk), "version": after.version, "predecessor": str(before.pk)}
    say(after.case, "memo.drafted", by=by, at=at, facts=facts)
    return after


def _copy_parts(before: Memo, after: Memo) -> None:
    """Take over what the parties read and what was agreed, with what is done already."""
    for copy in MemoCopy.objects.filter(memo_id=before.pk):
        MemoCopy.objects.create(
            tenant_id=after.tenant_id,
            memo=after,
            partner_id=copy.partner_id,
            title=copy.title,
            body=copy.body,
        )
    names = ("position", "what", "owner_id", "partner_id", "due_on")
    done = ("done_at", "done_by_id", "done_note")
    for action in MemoAction.objects.filter(memo_id=before.pk):
        kept = {name: getattr(action, name) for name in (*names, *done)}
        MemoAction.objects.create(tenant_id=after.tenant_id, memo=after, **kept)


@transaction.atomic
def edit_memo(
    memo: Memo, *, by: Membership, at: datetime, revision: int, contents: Contents
) -> Memo:
    """Change what a memo says; `revision` is the one that was changed.

    A memo in review goes back to draft, and was never reviewed. Where somebody else saved in
    between, nothing is written (`NotNow`).
    """
    memo = lock_memo(memo)
    check_memo(memo, "edit", by)
    if memo.revision != revision:
        raise NotNow(_("Somebody else saved this memo in between."), ["memo.edit"])
    validate(memo, contents, at)
    memo.title = contents.title.strip()
    for name in SECTIONS:
        setattr(memo, name, contents.sections.get(name, "").replace("\r\n", "\n"))
    _write_copies(memo, contents)
    _write_actions(memo, contents)
    facts = {"memo": str(memo.pk), "version": memo.version, "revision": memo.revision + 1}
    facts["text_sha256"] = fingerprint("\n".join(getattr(memo, name) for name in SECTIONS))
    back_to_draft(memo)
    memo.written_by(by.user_id)
    keep(memo, at)
    say(memo.case, "memo.edited", by=by, at=at, facts=facts)
    return memo


def back_to_draft(memo: Memo) -> None:
    """Forget a review that was asked for or given."""
    memo.status, memo.reviewer_id = MemoStatus.DRAFT, None
    memo.review_asked_at = memo.reviewed_at = None


def keep(memo: Memo, at: datetime) -> None:
    """Write a memo that was changed."""
    memo.updated_at, memo.revision = at, memo.revision + 1
    memo.save(force_update=True)


def validate(memo: Memo, contents: Contents, at: datetime) -> None:
    """Refuse what cannot be stored or done, each place with its reason (`memos/places.py`)."""
    errors: dict[str, str] = {}
    title = contents.title.strip()
    if not title or len(title) > LONGEST_TITLE or "\x00" in title:
        errors["title"] = _("Give the memo a title of at most 200 characters.")
    parties = set(parties_of(memo.case))
    texts = {f"sections.{name}": text for name, text in contents.sections.items()}
    for copy in contents.copies:
        here = f"copies[{copy.partner_id}]"
        texts[f"{here}.body"] = copy.body
        if not copy.title.strip() or len(copy.title) > LONGEST_TITLE or "\x00" in copy.title:
            errors[f"{here}.title"] = _("A heading of at most 200 characters.")
        if copy.partner_id not in parties:
            errors[f"{here}.partner"] = _("A copy is for a party to the case only.")
    for place, text in texts.items():
        if len(text) > LONGEST_TEXT or "\x00" in text:
            errors[place] = _("At most 20,000 characters of plain text.")
    errors |= _wrong_actions(contents, parties, at)
    if errors:
        raise Invalid(errors)


def _wrong_actions(contents: Contents, parties: set[UUID], at: datetime) -> dict[str, str]:
    people = {member.user_id for member in colleagues()}
    errors = {}
    for row, action in enumerate(contents.actions):
        here, what = f"actions[{row}]", action.what.strip()
        if not what or len(what) > LONGEST_ACTION or "\x00" in what:
            errors[f"{here}.what"] = _("Say what is to be done, in at most 500 characters.")
        if (action.owner_id is None) == (action.partner_id is None):
            errors[f"{here}.owner"] = _("Choose who does it: one colleague, or one party.")
        elif action.owner_id not in people and action.partner_id not in parties:
            field = "owner" if action.owner_id else "partner"
            errors[f"{here}.{field}"] = _("Choose a colleague, or a party to the case.")
        if action.due_on is None or action.due_on > (at + FARTHEST).date():
            errors[f"{here}.due_on"] = _("Choose by which day, at most five years ahead.")
    if len(contents.actions) > MOST_ACTIONS:
        errors["actions"] = _("At most 60 actions.")
    return errors


def _write_copies(memo: Memo, contents: Contents) -> None:
    for copy in contents.copies:
        MemoCopy.objects.update_or_create(
            tenant_id=memo.tenant_id,
            memo_id=memo.pk,
            partner_id=copy.partner_id,
            defaults={"title": copy.title.strip(), "body": copy.body.replace("\r\n", "\n")},
        )


def _write_actions(memo: Memo, contents: Contents) -> None:
    """Write the actions anew, in their order; what is done already stays as it is, and first."""
    rows = {row.pk: row for row in MemoAction.objects.filter(memo_id=memo.pk)}
    done = [pk for pk, row in rows.items() if row.done_at]
    named = [action for action in contents.actions if action.id not in done]
    kept = {*done, *(action.id for action in named)}
    MemoAction.objects.filter(pk__in=[pk for pk in rows if pk not in kept]).delete()
    for position, action in enumerate(named, start=len(done) + 1):
        row = rows.get(action.id) if action.id else None
        row = row or MemoAction(tenant_id=memo.tenant_id, memo=memo)
        assert action.due_on is not None  # noqa: S101 - refused before
        row.position, row.what, row.due_on = position, action.what.strip(), action.due_on
        row.owner_id, row.partner_id = action.owner_id, action.partner_id
        row.save()
