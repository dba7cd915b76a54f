"""Everything the page of one case shows."""

from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases import queries
from cases.access import may
from cases.forms import MessageForm, form_for, passing
from cases.intake import labelled, missing
from cases.models import (
    Assignment,
    Case,
    Confidentiality,
    Status,
)
from cases.outside import in_the_way
from cases.overridepage import overrides_shown
from cases.pages import chip, next_words
from cases.paging import Place
from cases.pausepage import paused_case
from cases.requestpage import requests_shown
from cases.sections import sections_of
from cases.standings import standings
from cases.timeline import timeline
from cases.turns import WayBack, way_back
from ladder.models import CategoryClass, Level
from ladder.money import amount_text
from ladder.queries import levels_of
from tenants.models import Membership

VERBS = (
    *("complete", "acknowledge", "resume", "decide", "escalate", "resolve", "hand_back"),
    "reassign",
)
LATER = (
    "update",
    "pause",
    "keep_waiting",
    "reopen",
    "severity",
    "jump",
    "hold",
    "revise",
    "close",
    "party",
    "withdraw",
    "grant",
    "revoke",
    "restrict",
    "lift",
)
DANGER = frozenset({"withdraw"})


def labels() -> dict[str, str]:
    """Return what the button of each verb says."""
    return {
        "complete": _("Complete what is missing"),
        "acknowledge": _("Acknowledge"),
        "decide": _("Decide"),
        "resolve": _("Resolve"),
        "escalate": _("Escalate"),
        "hand_back": _("Hand back"),
        "reassign": _("Give to a colleague"),
        "update": _("Share an update"),
        "pause": _("Pause the clocks"),
        "resume": _("Go on"),
        "keep_waiting": _("Keep waiting"),
        "severity": _("Change the severity"),
        "jump": _("Pass over a level"),
        "hold": _("Hold the window"),
        "reopen": _("Reopen the case"),
        "revise": _("Revise the decision"),
        "close": _("Close the case"),
        "party": _("Add a party"),
        "withdraw": _("Withdraw the case"),
        "restrict": _("Restrict who sees it"),
        "lift": _("Let all staff see it"),
        "grant": _("Let a colleague in"),
        "revoke": _("Take a colleague's right back"),
    }


class CasePage:
    """The page of one case for one member, with the form that was refused, if one was."""

    def __init__(
        self,
        case: Case,
        member: Membership,
        now: datetime,
        *,
        bound: dict[str, Any] | None = None,
        before: Place | None = None,
    ) -> None:
        self.case, self.member, self.now = case, member, now
        self.bound = bound or {}
        self.before = before
        self.levels = levels_of(case.ladder_id)
        self.turns = queries.turns_of(case)
        self.slug = member.tenant.slug
        self.asides: dict[str, str] = {}
        stand, alone = standings([case], self.now)
        self.standing, self.alone = stand[case.pk], case.pk in alone
        self.waits, self.asked = self.standing.unanswered, self.standing.concession_pending
        self.missing = missing(case.category, case.fields)
        self.pause = paused_case(case)
        self.requests = requests_shown(case, member, self.bound.get("decline"))
        self.sections = sections_of(case, member, now)
        restricted = case.confidentiality != Confidentiality.NORMAL
        self.grants = queries.grants_of(case) if restricted else []

    def context(self) -> dict[str, Any]:
        """Return what the template reads."""
        days, older_url = timeline(self.case, self.member, self.before)
        return {
            "case": self.facts(),
            "steps": [self.step(level) for level in self.levels],
            "clocks": [
                chip(
                    clock,
                    self.case,
                    self.now,
                    self.then(clock.kind),
                    self.waits_for(),
                    self.why_url(clock.pk),
                )
                for clock in queries.clocks_of(self.case)
            ],
            "next": self.next(),
            "sections": self.sections,
            "pause": self.pause,
            "requests": self.requests,
            "overrides": overrides_shown(
                self.case, self.member, self.now, self.bound.get("reconcile")
            ),
            "reconcile_url": self.url("reconcile"),
            "escalates": self._offers("escalate"),
            "decline_url": self.url("decline"),
            "known_to": self.known_to(),
            "timeline": days,
            "older_url": older_url,
            "message_form": self.message_form(),
            "message_url": self.url("message"),
        }

    def url(self, verb: str) -> str:
        """Return where a verb is posted to."""
        return reverse("case-do", args=[self.slug, self.case.pk, verb])

    def why_url(self, clock_id: UUID) -> str:
        """Return where a clock says why it is due then."""
        return reverse("case-clock", args=[self.slug, self.case.pk, clock_id])

    def facts(self) -> dict[str, Any]:
        """Return the head of the page."""
        case = self.case
        return {
            "id": case.pk,
            "number": case.number,
            "title": case.title,
            "description": case.description,
            "status": case.status,
            "status_label": case.get_status_display(),
            "severity": case.severity,
            "severity_label": case.get_severity_display(),
            "impact_score": case.impact_score,
            "category": case.category.name,
            "class_label": case.category.get_category_class_display(),
            "amount_text": amount_text(case.amount, case.currency),
            "deal_id": case.deal_id,
            "external_id": case.external_id,
            "source_label": case.get_source_display(),
            "source_url": case.source_url,
            "owner_name": case.owner.name if case.owner else _("Nobody"),
            "owner_for": self.owner_for(),
            "alone": self.alone,
            "opened_at": case.opened_at,
            "opened_by_name": case.opened_by.name if case.opened_by else "",
            "cycle": case.cycle,
            "fields": labelled(case.category, case.fields),
            "missing_fields": self.missing,
            "turn": case.assignment_id,
            "resolution": case.resolution,
            "parties": self.parties(),
            "results": queries.results_of(case) if case.cycle > 1 else [],
        }

    def owner_for(self) -> str:
        """Return in whose place the owner has the case, where that is another's."""
        turn = next((turn for turn in self.turns if turn.pk == self.case.assignment_id), None)
        return turn.on_behalf_of.name if turn and turn.on_behalf_of else ""

    def parties(self) -> list[dict[str, Any]]:
        """Return who has a part, who speaks for them, and since when we wait for their answer."""
        parties = queries.parties_with_people(self.case)
        contacts = queries.contact_names(p.partner_id for p in parties)
        return [
            {
                "name": party.partner.name,
                "role_label": party.get_role_display(),
                "tier": party.partner.tier.name if party.partner.tier else "",
                "contact_names": contacts.get(party.partner_id, []),
                "asked_at": party.asked_at,
            }
            for party in parties
        ]

    def step(self, level: Level) -> dict[str, Any]:
        """Return one level of the path."""
        here = [turn for turn in self.turns if turn.level_id == level.pk]
        last = here[-1] if here else None
        current = last is not None and last.pk == self.case.turn_id
        return {
            "position": level.position,
            "name": level.name,
            "state": self._step_state(level, last, current=current),
            "owner_name": last.owner.name if last and last.owner else "",
            "owner_for": last.on_behalf_of.name if last and last.on_behalf_of else "",
            "since": last.started_at if last else None,
            "until": last.ended_at if last else None,
            "note": self._note(level, last, current=current),
            "missed": last is not None and last.end_reason == "breached",
        }

    @staticmethod
    def _step_state(level: Level, last: Assignment | None, *, current: bool) -> str:
        if current:
            return "current"
        if last is not None:
            return "passed"
        return "amount_only" if level.concessions_only else "ahead"

    def _note(self, level: Level, last: Assignment | None, *, current: bool) -> str:
        if last is not None and not current:
            return str(last.get_end_reason_display())
        if level.concessions_only:
            return _("Only for amounts above the other levels")
        return ""

    def _level_above(self) -> Level | None:
        """Return the level the case climbs to next, None at the top."""
        here = self.case.level.position
        above = (one for one in self.levels if one.position > here and not one.concessions_only)
        return next(above, None)

    def then(self, kind: str) -> str:
        """Return what happens when a clock falls due."""
        if kind == "pause":
            return _("Then look again")
        if kind == "review":
            return _("Then it stays here")
        if kind == "update":
            return _("Then who has the case is told, once")
        if kind in ("response", "decision", "request", "total"):
            above = self._level_above()
            return _("Then %(level)s") % {"level": above.name} if above else _("Then an alarm")
        return _("Closes by itself") if kind == "closing" else ""

    def action(self, verb: str) -> dict[str, Any]:
        """Return one button, with its form where it needs one."""
        aside = self.aside(verb)
        form = self.bound.get(verb) or form_for(verb, self.case, aside=aside)
        if form is not None and verb == "resolve":
            said = (section.resolution for section in self.sections)
            form.initial = {"resolution": next(filter(None, said), "")}
        return {
            "key": verb,
            "label": labels()[verb],
            "aside": bool(aside),
            "url": self.url(verb),
            "primary": False,
            "needs": "form" if form else "none",
            "fields": form,
            "danger": verb in DANGER,
        }

    def next(self) -> dict[str, Any]:
        """Return the one next step, and what else this member may do now."""
        offered = [v for v in (*VERBS, *LATER) if self._offers(v)]
        mine = self.case.owner_id == self.member.user_id
        first = self._first(offered)
        title = next_words(self.case, self.standing, mine=mine or first is not None)
        # A request is answered where it stands: by escalating, or by declining.
        apart = {first, "escalate"} if self.requests else {first}
        return {
            "title": title,
            "text": self._next_text(),
            "action": {**self.action(first), "primary": True} if first else None,
            "others": sorted(
                (self.action(verb) for verb in offered if verb not in apart),
                key=lambda action: bool(action["aside"]),
            ),
            "escalate": self.action("escalate") if "escalate" in apart & set(offered) else None,
        }

    def waits_for(self) -> str:
        """Return what the case stands still for, in a few words."""
        return self.pause["words"] if self.pause else ""

    def _offers(self, verb: str) -> bool:
        return self.possible.get(verb, True) and bool(
            self.aside(verb) or may(self.case, verb, self.member)
        )

    def aside(self, verb: str) -> str:
        """Return the rule that a verb of this member's would set aside, in words."""
        if verb not in self.asides:
            self.asides[verb] = in_the_way(self.case, verb, self.member, self.now)
        return self.asides[verb]

    @cached_property
    def possible(self) -> dict[str, bool]:
        """Return by verb whether it has anything to do now, for who may use it; those that always
        have are not among them."""
        case = self.case
        administrative = case.category.category_class == CategoryClass.ADMINISTRATIVE
        open_question = not self.asked and not self.requests
        return {
            "complete": bool(self.missing),
            "acknowledge": self.waits,
            "decide": open_question,
            "resolve": open_question and (administrative or case.has_memo),
            "escalate": self._level_above() is not None,
            "pause": self.pause is None and not case.due_missed,
            "hold": self.pause is None and not case.due_missed,
            "resume": self.pause is not None,
            "keep_waiting": self.pause is not None,
            "hand_back": way_back(case, self.now) is not WayBack.NONE,
            "jump": bool(passing(case)),
            "restrict": case.confidentiality == Confidentiality.NORMAL,
            "lift": case.confidentiality == Confidentiality.RESTRICTED,
            "grant": case.confidentiality != Confidentiality.NORMAL,
            "revoke": bool(self.grants),
        }

    def known_to(self) -> dict[str, Any] | None:
        """Return who knows of a case that not all staff may know of."""
        if self.case.confidentiality == Confidentiality.NORMAL:
            return None
        return {
            "label": self.case.get_confidentiality_display(),
            "people": [person.name for person in queries.knowing(self.case, self.now)],
            "grants": [
                {"name": grant.user.name, "until": grant.expires_at, "reason": grant.reason}
                for grant in self.grants
            ],
        }

    def _first(self, offered: list[str]) -> str | None:
        """Return the next step among what is offered: the holder's, in the order of the work."""
        order = ("complete", "acknowledge", "resume", "decide", "resolve")
        if self.case.status == Status.DECIDED:
            order = ("complete", "acknowledge", "resume", "resolve", "decide")
        return next((verb for verb in order if verb in offered), None)

    def _next_text(self) -> str:
        if not self.case.is_open or self.case.due_at is None:
            return ""
        if self.missing:
            return _("Still missing: %(fields)s.") % {"fields": ", ".join(self.missing)}
        if not self.waits and (words := self._held_up()):
            return words
        if self.case.due_missed:
            return _("The window was missed. It still has to be answered.")
        due = date_format(timezone.localtime(self.case.due_at), "D j M H:i")
        then = self.then(self.case.due_kind)
        return _("By %(due)s. %(then)s.") % {"due": due, "then": then}

    def _held_up(self) -> str:
        """Return what has to be answered before the case itself goes on."""
        if self.requests:
            return _("A partner asks for the next level and waits for an answer.")
        if self.asked and not self.pause:
            return _("A concession has to be decided first.")
        return self.waits_for()

    def message_form(self) -> MessageForm | None:
        """Return the composer, where this member may write."""
        if not may(self.case, "message", self.member):
            return None
        refused: MessageForm | None = self.bound.get("message")
        return refused or MessageForm(case=self.case)
