"""Everything a partner's page of one case shows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse

from portal import queries
from portal.forms import FORMS
from portal.memo_queries import has_memo
from portal.offers import Offers, offers
from portal.queries import OwnCase, Text
from portal.words import (
    author_words,
    next_words,
    owner_words,
    path_of,
    reader_words,
    status_words,
    text_words,
)
from tenants.middleware import ScopedRequest


def line(case: OwnCase, now: datetime) -> dict[str, Any]:
    """Return a case in plain words."""
    due = case.is_open and case.due_at is not None
    late = due and (case.due_missed or (case.due_at or now) <= now)
    return {
        "number": case.number,
        "title": case.title,
        "status_words": status_words(case),
        "owner_words": owner_words(case),
        "due_at": case.due_at if due and not case.due_missed else None,
        "late": late and not case.due_missed,
        "next_words": next_words(case),
        "opened_at": case.opened_at,
        "needs_answer": case.needs_answer,
        "asked_at": case.asked_at,
    }


class PortalCasePage:
    """The page of one case for one company, with the form that was refused, if one was."""

    def __init__(
        self,
        request: ScopedRequest,
        case: OwnCase,
        company: dict[str, str],
        now: datetime,
        *,
        bound: dict[str, forms.Form] | None = None,
        before: tuple[datetime, UUID] | None = None,
    ) -> None:
        assert request.partner_id is not None  # noqa: S101 - nobody is let in without one
        self.case, self.company, self.now = case, company, now
        self.member, self.vendor = request.membership, request.tenant
        self.partner_id = request.partner_id
        self.bound, self.before = bound or {}, before

    def context(self) -> dict[str, Any]:
        """Return what the template reads."""
        case, may = self.case, self.offers()
        texts, older = queries.shared_texts(self.partner_id, case.id, self.before)
        return {
            "case": {**line(case, self.now), "why_url": self.why_url()},
            "memo_url": self.url("portal-memo") if has_memo(self.partner_id, case.id) else "",
            "path": path_of(case, queries.turns_of(case.id)),
            "account": queries.own_account(self.partner_id, case.id),
            "texts": [self.entry(text) for text in texts],
            "oldest": texts[-1] if older else None,
            "turn_id": may.turn_id,
            "reply": self.act("message") if may.message else None,
            "ask": self.act("request") if may.request else None,
            "asked": self.asked() if may.waits else None,
            "update": self.update() if case.is_open else None,
            "withdraw": self.act("withdraw") if may.withdraw else None,
        }

    def offers(self) -> Offers:
        """Return what this person may do now for this company."""
        own = self.case.is_own
        return offers(self.member, self.partner_id, self.case.id, is_own=own)

    def url(self, name: str, *rest: str) -> str:
        """Return an address of this case."""
        return reverse(name, args=[self.vendor.slug, self.company["slug"], self.case.id, *rest])

    def why_url(self) -> str:
        """Return where it says why what is due next is due then."""
        clock_id = self.case.due_clock
        return self.url("portal-clock", str(clock_id)) if clock_id else ""

    def act(self, name: str) -> dict[str, Any]:
        """Return one form, and where it is posted to."""
        return {
            "url": self.url("portal-case-do", name),
            "form": self.bound.get(name) or FORMS[name](),
        }

    def asked(self) -> dict[str, Any] | None:
        """Return when this company asked for the next person, and by when it has an answer."""
        found = queries.own_request(self.partner_id, self.case.id)
        if found is None:
            return None
        at, due_at, clock_id = found
        return {"at": at, "due_at": due_at, "why_url": self.url("portal-clock", str(clock_id))}

    def update(self) -> dict[str, Any] | None:
        """Return by when the next update is owed, where one is."""
        found = queries.next_update(self.case.id)
        if found is None:
            return None
        due_at, clock_id = found
        late, url = due_at <= self.now, self.url("portal-clock", str(clock_id))
        return {"due_at": due_at, "late": late, "why_url": url}

    def entry(self, text: Text) -> dict[str, Any]:
        """Return a text with who wrote it, what it is, and who else reads it."""
        own = text.author_id == self.member.user_id
        vendor, company = self.vendor.name, self.company["name"]
        return {
            "what": text_words(text.kind),
            "who": author_words(text, own=own, vendor=vendor, company=company),
            "readers": reader_words(text, vendor),
            "for_all": text.audience == "parties",
            "body": text.body,
            "at": text.at,
        }
