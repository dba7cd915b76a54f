"""Everything the page of one memo shows, and its part of the case's page."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access import works_on
from cases.models import Case
from cases.sections import Section
from memos import queries
from memos.access import ISSUED_IN, completes, may_draft, may_memo
from memos.markdown import render
from memos.models.memo import SECTIONS, Memo, MemoAction, MemoCopy, MemoStatus
from memos.printed import ACTIONS_AFTER, doer, heading_of
from memos.proof import copy_facts, digest, memo_facts
from tenants.models import Membership

SECTION_ORDER = 20


def address(name: str, member: Membership, *rest: object) -> str:
    """Return an address of this vendor's."""
    return reverse(name, args=[member.tenant.slug, *rest])


class MemoPage:
    """The page of one memo for one member."""

    def __init__(self, memo: Memo, member: Membership, now: datetime) -> None:
        self.memo, self.member, self.now = memo, member, now
        self.actions = queries.actions_of(memo)
        self.copies = queries.copies_of(memo)
        self.receipts = queries.receipts_of(memo)
        issued, _open = queries.latest_of(memo.case)
        self.replaced = memo.is_issued and issued is not None and issued.pk != memo.pk
        self.latest = issued

    def context(self) -> dict[str, Any]:
        """Return what the template reads."""
        sections = [self.section(name) for name in SECTIONS]
        return {
            "memo": self.facts(),
            "sections": sections[:ACTIONS_AFTER],
            "sections_after": sections[ACTIONS_AFTER:],
            "actions": [self.action(action) for action in self.actions],
            "copies": [self.copy(copy) for copy in self.copies],
            "proof": self.proof(),
            "urls": self.urls(),
        }

    def facts(self) -> dict[str, Any]:
        """Return the head of the page."""
        memo = self.memo
        read = sum(bool(self.receipts.get(copy.pk)) for copy in self.copies)
        return {
            "title": memo.title,
            "number": memo.number,
            "version": memo.version,
            "case_number": memo.case.number,
            "status": memo.status,
            "status_label": memo.get_status_display(),
            "issued": memo.is_issued,
            "issued_at": memo.issued_at,
            "issued_by": memo.issued_by.name if memo.issued_by else "",
            "level": memo.issued_level.name if memo.issued_level else "",
            "author": memo.author.name,
            "reviewer": memo.reviewer.name if memo.reviewer else "",
            "reviewed_at": memo.reviewed_at,
            "review_note": memo.review_note,
            "revision": memo.revision,
            "updated_at": memo.updated_at,
            "read": read,
            "readers": len(self.copies),
            "replaced": self.replaced,
            "replaces": memo.predecessor.version if memo.predecessor else 0,
        }

    def urls(self) -> dict[str, str]:
        """Return where the page leads."""
        memo, member = self.memo, self.member
        latest = self.latest
        return {
            "archive": address("memos", member),
            "case": address("case", member, memo.case_id),
            "pdf": address("memo-pdf", member, memo.pk),
            "edit": address("memo-edit", member, memo.pk) if self.may("edit") else "",
            "latest": address("memo", member, latest.pk) if latest and self.replaced else "",
            "before": address("memo", member, memo.predecessor_id) if memo.predecessor_id else "",
        }

    def may(self, verb: str) -> bool:
        """Whether the page offers a verb."""
        return may_memo(self.memo, verb, self.member)

    def do(self, verb: str) -> str:
        """Return where a verb is posted to."""
        return address("memo-do", self.member, self.memo.pk, verb.replace("_", "-"))

    def section(self, name: str) -> dict[str, Any]:
        """Return one section as HTML."""
        return {"key": name, "heading": heading_of(name), "html": render(getattr(self.memo, name))}

    def action(self, action: MemoAction) -> dict[str, Any]:
        """Return one action: who, by when, and whether this member may say that it is done."""
        action.memo = self.memo
        binding = self.memo.is_issued and not self.replaced and not action.done_at
        mine = binding and works_on(self.memo.case, self.member) and completes(action, self.member)
        return {
            "name": form_name(action),
            "what": action.what,
            "who": doer(action),
            "party": action.partner_id is not None,
            "due_on": action.due_on,
            "done_at": action.done_at,
            "late": binding and action.due_on < timezone.localtime(self.now).date(),
            "note": action.done_note,
            "url": address("memo-action-done", self.member, self.memo.pk, action.pk)
            if mine
            else "",
        }

    def copy(self, copy: MemoCopy) -> dict[str, Any]:
        """Return what one party reads, and who of it has."""
        return {
            "key": copy.partner_id,
            "partner": copy.partner.name,
            "heading": copy.title,
            "html": render(copy.body),
            "sha256": copy.sha256,
            "receipts": [
                {"name": receipt.user.name, "at": receipt.at}
                for receipt in self.receipts.get(copy.pk, [])
            ],
            "pdf_url": address("memo-pdf-copy", self.member, self.memo.pk, copy.partner.slug),
        }

    def proof(self) -> dict[str, Any] | None:
        """Return the memo's hash, and whether its rows still give it."""
        if not self.memo.is_issued:
            return None
        copies = {
            copy.pk: digest(copy_facts(self.memo, copy, self.actions)) for copy in self.copies
        }
        holds = all(copy.sha256 == copies[copy.pk] for copy in self.copies)
        again = digest(memo_facts(self.memo, self.copies, self.actions))
        return {"sha256": self.memo.sha256, "holds": holds and again == self.memo.sha256}


def next_step(memo: Memo, member: Membership) -> dict[str, str]:
    """Return the one next step of a memo: what it is, and the verb where it is this member's."""
    if memo.status == MemoStatus.DRAFT:
        verb = "ask_review" if may_memo(memo, "ask_review", member) else ""
        title = _("Ask a colleague to review it") if verb else _("It is being written")
        return {"verb": verb, "title": title}
    if memo.status == MemoStatus.IN_REVIEW and memo.reviewed_at is None:
        if may_memo(memo, "review", member):
            return {"verb": "review", "title": _("Review it")}
        return {"verb": "", "title": _("%(name)s reviews it") % {"name": named(memo.reviewer)}}
    if memo.status == MemoStatus.IN_REVIEW:
        return step_after_review(memo, member)
    return {"verb": "", "title": ""}


def step_after_review(memo: Memo, member: Membership) -> dict[str, str]:
    """Return what is left between the review and the parties."""
    if memo.case.status not in ISSUED_IN:
        return {"verb": "", "title": _("Decide the dispute, then the memo is issued")}
    if may_memo(memo, "issue", member):
        return {"verb": "issue", "title": _("Issue it")}
    owner = named(memo.case.owner)
    return {"verb": "", "title": _("%(name)s issues it") % {"name": owner}}


def named(person: Any) -> str:
    """Return a person's name, or that there is nobody."""
    return str(person.name) if person else _("Nobody")


def memo_section(case: Case, member: Membership, _now: datetime) -> Section | None:
    """Return the memo's part of a case's page: how it stands, and its one next step."""
    issued, being_written = queries.latest_of(case)
    rows = [entry(memo, case, member) for memo in (being_written, issued) if memo]
    start = may_draft(case, member) and not rows
    if not rows and not start:
        return None
    url = address("memo-of-case", member, case.pk)
    context = {"memos": rows, "start_url": url if start else ""}
    return Section("components/memo_section.html", context, SECTION_ORDER, resolution(issued))


def entry(memo: Memo, case: Case, member: Membership) -> dict[str, Any]:
    """Return one memo in a line."""
    memo.case = case
    return {
        "url": address("memo", member, memo.pk),
        "pdf_url": address("memo-pdf", member, memo.pk) if memo.is_issued else "",
        "number": memo.number,
        "version": memo.version,
        "status": memo.status,
        "status_label": memo.get_status_display(),
        "issued_at": memo.issued_at,
        "author": memo.author.name,
        "step": next_step(memo, member)["title"],
    }


def resolution(memo: Memo | None) -> str:
    """Return how a case with an issued memo is said to be resolved, unless somebody says more."""
    return _("As in memo %(number)s.") % {"number": memo.number} if memo else ""


def form_name(action: MemoAction) -> str:
    """Return how the form is named by which somebody says that an action is done."""
    return f"done-{action.pk}"


def action_of(memo: Memo, action_id: UUID) -> MemoAction | None:
    """Return one of a memo's actions, or None."""
    action = MemoAction.objects.select_related("memo").filter(memo_id=memo.pk, pk=action_id).first()
    if action is not None:
        action.memo = memo
    return action
