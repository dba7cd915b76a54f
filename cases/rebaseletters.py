"""How proposals to put running clocks on other rules are told: registered with the journal."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.access import visible_rebases
from cases.queries import names_of
from cases.words import sentence
from journal.models import Event
from journal.registry import Letter, Subject
from tenants.models import Membership, User


class RebaseSubject(Subject):
    """Answers for events whose kind begins with `rebase.`: who sees the proposal is told."""

    def letters(self, events: Sequence[Event], user: User) -> dict[UUID, Letter]:
        """Return what a person is told of the proposals they see."""
        member = member_of(user)
        if member is None:
            return {}
        seen = seen_by(member, events)
        names = names_of({event.by_id for event in events if event.by_id})
        slug = member.tenant.slug
        return {
            event.pk: letter(event, names, reverse("rebase", args=[slug, rebase_of(event)]))
            for event in events
            if rebase_of(event) in seen
        }

    def known(self, events: Sequence[Event], user: User) -> set[UUID]:
        """Return the events of proposals the person sees."""
        member = member_of(user)
        seen = seen_by(member, events) if member else set()
        return {event.pk for event in events if rebase_of(event) in seen}


def member_of(user: User) -> Membership | None:
    """Return as whom a person is told."""
    found = Membership.objects.select_related("tenant").filter(user=user, is_active=True)
    return found.first()


def rebase_of(event: Event) -> UUID:
    """Return which proposal an event is about."""
    return UUID(event.facts["rebase"])


def seen_by(member: Membership, events: Sequence[Event]) -> set[UUID]:
    """Return those of the proposals that a member sees."""
    found: set[UUID] = set(
        visible_rebases(member)
        .filter(pk__in={rebase_of(event) for event in events})
        .values_list("pk", flat=True)
    )
    return found


def letter(event: Event, names: Mapping[UUID, str], url: str) -> Letter:
    """Return what is told of one event."""
    who = names.get(event.by_id, "") if event.by_id else ""
    line = f"{who} {sentence(event.kind, event.facts, names)}".strip()
    subject = {
        "rebase.asked": _("A re-base of running clocks waits for your answer"),
        "rebase.approved": _("A re-base of running clocks was approved"),
        "rebase.turned_down": _("A re-base of running clocks was turned down"),
        "rebase.stopped": _("A re-base of running clocks was stopped"),
    }.get(event.kind, _("A re-base of running clocks is carried out"))
    return Letter(number=_("Rules"), line=line, subject=subject, text=line, url=url)
