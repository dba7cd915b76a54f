"""How the events of a case are told: registered with the journal, asked again before sending."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import reminders
from cases.access import visible_cases
from cases.models import Party
from cases.moments import when_words
from cases.queries import names_of
from cases.words import (
    PRINCIPALS,
    acted_for,
    alarm_subject,
    for_whom,
    kind_of,
    people_in,
    sentence,
    with_who,
)
from journal.models import Audience, Event
from journal.registry import Letter, Subject
from partners.models import Contact
from tenants.models import Membership, Role, User

# What a partner is told in words of its own: it knows no levels.
MOVES = ("case.escalated", "case.handed_back", "case.reassigned", "case.delegated")
STANDSTILLS = (
    *("case.paused", "case.resumed", "case.held"),
    *("case.severity_changed", "case.due_moved"),
)
# What comes first among others in one mail.
PRESSING = (
    "case.alarm",
    "case.unowned",
    "case.escalated",
    "case.approval.escalated",
    "case.clock.breached",
    "case.requested",
    "case.reminder",
    "case.clock.warning",
    "case.pause.review",
)
RANKS = {kind: rank for rank, kind in enumerate(PRESSING, start=1)}
# A case's number, and when it is due next.
Faces = Mapping[UUID | None, tuple[str, datetime | None]]


class CaseSubject(Subject):
    """Answers for events whose kind begins with `case.`; as many queries for fifty as for one."""

    reminding = reminders.KINDS

    def letters(self, events: Sequence[Event], user: User) -> dict[UUID, Letter]:
        """Return what the person is told of the events they may see: the number in the subject,
        never the title."""
        found = Membership.objects.select_related("tenant").filter(user=user, is_active=True)
        member = found.first()
        if member is None:
            return {}
        companies = own_companies(member)
        faces = faces_of(member, {e.case_id for e in events if e.case_id})
        seen = [e for e in events if e.case_id in faces and reads(member, companies, e)]
        names = names_of({i for e in seen for i in (e.by_id, *people_in(e.facts))})
        places = addresses(member, companies, {e.case_id for e in seen if e.case_id})
        outside = member.role == Role.PARTNER
        # Mails are written where no zone is anybody's.
        with timezone.override(user.timezone):
            return {
                e.pk: letter(e, faces[e.case_id], names, place_of(e, places), outside=outside)
                for e in seen
            }

    def known(self, events: Sequence[Event], user: User) -> set[UUID]:
        """Return the events of cases the person sees that are meant for their eyes."""
        member = Membership.objects.filter(user=user, is_active=True).first()
        if member is None:
            return set()
        companies = own_companies(member)
        cases = visible_cases(member).filter(pk__in={e.case_id for e in events if e.case_id})
        ids = set(cases.values_list("id", flat=True))
        return {e.pk for e in events if e.case_id in ids and reads(member, companies, e)}

    def reminders(
        self, events: Sequence[Event], user: User, at: datetime
    ) -> dict[UUID, datetime | None]:
        """Return from when on the person may be reminded of each clock; None where it has ended."""
        return reminders.times(events, user, at)


def own_companies(member: Membership) -> dict[UUID, str]:
    """Return the partners a contact speaks for, with their addresses; none for staff."""
    if member.role != Role.PARTNER:
        return {}
    found = Contact.objects.filter(user_id=member.user_id)
    return dict(found.values_list("partner_id", "partner__slug"))


def faces_of(member: Membership, case_ids: set[UUID]) -> Faces:
    """Return the numbers of those cases the member may see, and when each is due next."""
    rows = visible_cases(member).filter(pk__in=case_ids).values_list("id", "number", "due_at")
    return {case_id: (number, due_at) for case_id, number, due_at in rows}


def reads(member: Membership, companies: dict[UUID, str], event: Event) -> bool:
    """Whether an event of a visible case is meant for this member's eyes."""
    if member.role != Role.PARTNER or event.audience == Audience.PARTIES:
        return True
    return event.audience == Audience.PARTY and event.partner_id in companies


Places = Mapping[tuple[UUID | None, UUID | None], str]


def addresses(member: Membership, companies: dict[UUID, str], case_ids: set[UUID]) -> Places:
    """Return where this member reads on about each case: None stands for any company, an id for
    the one that alone was told."""
    slug = member.tenant.slug
    if member.role != Role.PARTNER:
        return {(case_id, None): reverse("case", args=[slug, case_id]) for case_id in case_ids}
    parts = Party.objects.filter(case_id__in=case_ids, partner_id__in=companies)
    return {
        (case_id, told): reverse("portal-case", args=[slug, companies[partner_id], case_id])
        for case_id, partner_id in parts.values_list("case_id", "partner_id")
        for told in (None, partner_id)
    }


def place_of(event: Event, places: Places) -> str:
    """Return where one reads on about an event."""
    anywhere = places.get((event.case_id, None), settings.LOGIN_URL)
    return places.get((event.case_id, event.partner_id), anywhere)


def letter(
    event: Event,
    face: tuple[str, datetime | None],
    names: Mapping[UUID, str],
    url: str,
    *,
    outside: bool = False,
) -> Letter:
    """Return what is told of one event; `outside` the vendor nobody is told of levels, nor who
    stands in for whom, nor what is due inside."""
    number, due_at = face
    facts = {k: v for k, v in event.facts.items() if not (outside and k in PRINCIPALS)}
    what = sentence(event.kind, facts, names) or _("wrote a message.")
    who = names.get(event.by_id, "") if event.by_id else ""
    line = with_who(for_whom(who, acted_for(event.kind, facts), names) if who else "", what)
    if outside and event.kind in MOVES:
        line = handed_on(event, names)
    if outside and event.kind == "case.declined":
        line = _("%(name)s has answered your request and keeps the case.") % {"name": who}
    if outside and event.kind in STANDSTILLS:
        line = stands_still(event)
    if outside and event.kind == "case.rebased":
        line = _("A due time in this case has changed. The portal shows when, and why.")
    if outside and event.kind == "case.party_added":
        line = _("You have a part in a dispute. You can follow it in the portal.")
    heading = subject_of(event, outside=outside)
    told = Letter(number, line, f"[{number}] {heading}", f"{number}: {line}", url, heading)
    rank = RANKS.get(event.kind, told.rank)
    return replace(told, rank=rank, due_at=None if outside else due_at)


def stands_still(event: Event) -> str:
    """Return what a partner is told of a case that stands still, or goes on."""
    if event.kind == "case.held":
        until = when_words(datetime.fromisoformat(event.facts["until"]))
        said = _("There is more time for the answer you wait for, until %(until)s at the latest.")
        return said % {"until": until}
    if event.kind == "case.severity_changed":
        return _("What you wait for is due at another time. The portal shows when.")
    if event.kind == "case.due_moved":
        return _("A due time was worked out again, and is another one now. The portal shows which.")
    if event.kind == "case.resumed":
        return _("The case goes on: its clocks run again.")
    if event.audience == Audience.PARTY:
        return _("Something is needed from you. Until you answer, the clocks stand still.")
    return _("The case waits for somebody else: its clocks stand still for a while.")


def handed_on(event: Event, names: Mapping[UUID, str]) -> str:
    """Return what a partner is told of a case that went from one person to another."""
    owner = event.facts.get("owner")
    if not owner:
        return _("The case was handed on.")
    name = names.get(UUID(owner), _("somebody"))
    if event.facts.get("cause") == "clock":
        return _("The time has passed; the case was handed to %(name)s.") % {"name": name}
    return _("The case was handed to %(name)s.") % {"name": name}


def subject_of(event: Event, *, outside: bool) -> str:
    """Return the few words of a mail's subject."""
    if outside and event.kind in MOVES:
        return _("Handed on")
    if outside and event.kind in ("case.rebased", "case.severity_changed"):
        return _("Another due time")
    return {
        "case.opened": _("A case was opened"),
        "case.acknowledged": _("Somebody is on it"),
        "case.message": _("A new message"),
        "case.escalated": _("Escalated"),
        "case.handed_back": _("Handed back"),
        "case.reassigned": _("A new owner"),
        "case.delegated": _("You stand in"),
        "case.decided": _("Decided"),
        "case.resolved": _("Resolved"),
        "case.withdrawn": _("Withdrawn"),
        "case.clock.warning": _("Time is running"),
        "case.requested": _("A partner asks for the next level"),
        "case.declined": _("Your request was answered"),
        "case.party_added": _("A dispute concerns you"),
        "case.approval.escalated": _("A concession waits for you"),
        "case.paused": _("The clocks stand still"),
        "case.resumed": _("The clocks run again"),
        "case.reopened": _("Opened again"),
        "case.held": _("Another due time"),
        "case.severity_changed": _("Another severity"),
        "case.pause.review": _("Look at a pause again"),
        "case.granted": _("You can see a restricted case"),
        "case.alarm": alarm_subject(event.facts),
        "case.reminder": _("Still waiting"),
        "case.unowned": _("Nobody holds this level"),
    }.get(event.kind) or _subject_of_kind(event.kind)


def _subject_of_kind(kind: str) -> str:
    own = kind_of(kind).subject
    return _(own) if own else _("The case changed")
