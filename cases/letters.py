"""How the events of a case are told: registered with the journal, asked again before sending."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.access import visible_cases
from cases.models import Party
from cases.queries import names_of
from cases.words import people_in, sentence
from journal.models import Audience, Event
from journal.registry import Letter
from partners.models import Contact
from tenants.models import Membership, Role, User


class CaseSubject:
    """Answers for events whose kind begins with `case.`; as many queries for fifty as for one."""

    def letters(self, events: Sequence[Event], user: User) -> dict[UUID, Letter]:
        """Return what the person is told of the events they may see: the number in the subject,
        never the title."""
        found = Membership.objects.select_related("tenant").filter(user=user, is_active=True)
        member = found.first()
        if member is None:
            return {}
        companies = own_companies(member)
        numbers = numbers_of(member, {e.case_id for e in events if e.case_id})
        seen = [e for e in events if e.case_id in numbers and reads(member, companies, e)]
        names = names_of({i for e in seen for i in (e.by_id, *people_in(e.facts))})
        places = addresses(member, companies, {e.case_id for e in seen if e.case_id})
        return {
            e.pk: letter(e, numbers[e.case_id], names, places.get(e.case_id, settings.LOGIN_URL))
            for e in seen
        }


def own_companies(member: Membership) -> dict[UUID, str]:
    """Return the partners a contact speaks for, with their addresses; none for staff."""
    if member.role != Role.PARTNER:
        return {}
    found = Contact.objects.filter(user_id=member.user_id)
    return dict(found.values_list("partner_id", "partner__slug"))


def numbers_of(member: Membership, case_ids: set[UUID]) -> dict[UUID | None, str]:
    """Return the numbers of those cases the member may see."""
    return dict(visible_cases(member).filter(pk__in=case_ids).values_list("id", "number"))


def reads(member: Membership, companies: dict[UUID, str], event: Event) -> bool:
    """Whether an event of a visible case is meant for this member's eyes."""
    if member.role != Role.PARTNER or event.audience == Audience.PARTIES:
        return True
    return event.audience == Audience.PARTY and event.partner_id in companies


def addresses(
    member: Membership, companies: dict[UUID, str], case_ids: set[UUID]
) -> dict[UUID | None, str]:
    """Return where this member reads on about each case."""
    slug = member.tenant.slug
    if member.role != Role.PARTNER:
        return {case_id: reverse("case", args=[slug, case_id]) for case_id in case_ids}
    parts = Party.objects.filter(case_id__in=case_ids, partner_id__in=companies)
    return {
        case_id: reverse("portal-cases", args=[slug, companies[partner_id]])
        for case_id, partner_id in parts.values_list("case_id", "partner_id")
    }


def letter(event: Event, number: str, names: Mapping[UUID, str], url: str) -> Letter:
    """Return what is told of one event."""
    what = sentence(event.kind, event.facts, names) or _("wrote a message.")
    who = names.get(event.by_id, "") if event.by_id else ""
    line = f"{who} {what}".strip()
    subject = f"[{number}] {subject_of(event)}"
    return Letter(number=number, line=line, subject=subject, text=f"{number}: {line}", url=url)


def subject_of(event: Event) -> str:
    """Return the few words of a mail's subject."""
    return {
        "case.opened": _("A case was opened"),
        "case.acknowledged": _("Somebody is on it"),
        "case.message": _("A new message"),
        "case.escalated": _("Escalated"),
        "case.handed_back": _("Handed back"),
        "case.reassigned": _("A new owner"),
        "case.decided": _("Decided"),
        "case.resolved": _("Resolved"),
        "case.withdrawn": _("Withdrawn"),
        "case.clock.warning": _("Time is running"),
        "case.alarm": _("A window was missed at the top"),
        "case.reminder": _("Still waiting"),
        "case.unowned": _("Nobody holds this level"),
    }.get(event.kind, _("The case changed"))
