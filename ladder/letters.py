"""How absences are told: to who is away and who stands in; and where one leaves a level with
nobody, to admins and to who holds the level above."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from journal.models import Event
from journal.registry import Letter, Subject
from ladder.access import visible_absences
from ladder.empty_levels import KIND as EMPTY
from ladder.models import Category, Level
from ladder.queries import STANDS_IN
from partners.models import Region
from tenants.models import Membership, User


class AbsenceSubject(Subject):
    """Answers for events whose kind begins with `absence.`."""

    def letters(self, events: Sequence[Event], user: User) -> dict[UUID, Letter]:
        """Return what a person is told of their own absences, of those they stand in for, and of
        levels that nobody is there for."""
        member = _works_here(user)
        mine = [event for event in events if member and concerns(event, user)]
        if member is None or not mine:
            return {}
        ids = {one for event in mine for one in people_of(event)}
        names = dict(User.objects.filter(pk__in=ids).values_list("id", "name"))
        url = reverse("absences", args=[member.tenant.slug])
        empty = [event for event in mine if event.kind == EMPTY]
        others = [event for event in mine if event.kind != EMPTY]
        found = {event.pk: letter(event, user, names, url) for event in others}
        return found | empty_letters(empty, member, names, url)

    def known(self, events: Sequence[Event], user: User) -> set[UUID]:
        """Return the events that concern a person."""
        here = _works_here(user) is not None
        return {event.pk for event in events if here and concerns(event, user)}


def _works_here(user: User) -> Membership | None:
    found = Membership.objects.select_related("tenant").filter(user=user, is_active=True)
    return found.filter(role__in=STANDS_IN).first()


def concerns(event: Event, user: User) -> bool:
    """Whether a colleague may know of an event: of a level with nobody all may."""
    return event.kind == EMPTY or user.pk in people_of(event)


def people_of(event: Event) -> set[UUID]:
    """Return whom an absence concerns: who is away, and who stands in."""
    named = (event.facts.get("person"), event.facts.get("delegate"))
    return {UUID(one) for one in named if one}


def letter(event: Event, reader: User, names: Mapping[UUID, str], url: str) -> Letter:
    """Return what is told of one absence."""
    line = line_of(event, reader, names)
    subject = _("Somebody is away")
    if called_off(event):
        subject = _("An absence was called off")
    elif event.kind == "absence.ended":
        subject = _("An absence has ended")
    return Letter(number=_("Absence"), line=line, subject=subject, text=line, url=url)


def called_off(event: Event) -> bool:
    """Whether an absence was taken back before it began."""
    return event.kind == "absence.ended" and not event.facts.get("begun", True)


def line_of(event: Event, reader: User, names: Mapping[UUID, str]) -> str:
    """Return what happened, in a sentence for who reads it."""
    person, delegate = event.facts["person"], event.facts.get("delegate")
    values = {
        "person": names.get(UUID(person), _("Somebody")),
        "delegate": names.get(UUID(delegate), _("somebody")) if delegate else _("nobody"),
        "when": when_of(event.facts, reader.timezone),
    }
    own = UUID(person) == reader.pk
    if called_off(event):
        said = _("You are not away after all, %(when)s.")
        if not own:
            said = _("%(person)s is not away after all, %(when)s: you need not stand in.")
    elif event.kind == "absence.ended":
        said = _("Your absence has ended.") if own else _("%(person)s is back.")
    elif not own:
        said = _("You stand in for %(person)s, %(when)s.")
    elif delegate:
        said = _("It is noted that you are away, %(when)s. %(delegate)s stands in.")
    else:
        said = _("It is noted that you are away, %(when)s.")
    return said % values


def empty_letters(
    events: Sequence[Event], member: Membership, names: Mapping[UUID, str], url: str
) -> dict[UUID, Letter]:
    """Return what is told of levels that nobody is there for; as many queries for fifty as for
    one. Who is away is named to who may see it."""
    levels = Level.objects.select_related("ladder").in_bulk({e.facts["level"] for e in events})
    places = [place for event in events for place in event.facts["places"]]
    regions = {place["region"] for place in places if place["region"]}
    categories = {place["category"] for place in places if place["category"]}
    called = {
        **{str(pk): one.name for pk, one in Region.objects.in_bulk(regions).items()},
        **{str(pk): one.name for pk, one in Category.objects.in_bulk(categories).items()},
    }
    absences = {event.facts["absence"] for event in events}
    seen = set(visible_absences(member).filter(pk__in=absences).values_list("person_id", flat=True))
    known = {person: name for person, name in names.items() if person in seen}
    return {
        event.pk: empty_letter(event, levels.get(UUID(event.facts["level"])), called, known, url)
        for event in events
    }


def empty_letter(
    event: Event,
    level: Level | None,
    called: Mapping[str, str],
    names: Mapping[UUID, str],
    url: str,
) -> Letter:
    """Return what is told of one level that nobody is there for."""
    values = {
        "ladder": level.ladder.name if level else _("a ladder"),
        "position": event.facts["position"],
        "level": level.name if level else _("a level"),
        "person": names.get(UUID(event.facts["person"]), _("Somebody")),
    }
    where = _("%(ladder)s, level %(position)s, %(level)s") % values
    only = "; ".join(filter(None, (place_words(one, called) for one in event.facts["places"])))
    values["where"] = f"{where} ({only})" if only else where
    line = _("Nobody is there for %(where)s: %(person)s is away, and nobody stands in.") % values
    subject = _("Nobody is there for a level")
    return Letter(_("Absence"), line, subject, line, url, heading=subject, rank=1)


def place_words(place: Mapping[str, str | None], called: Mapping[str, str]) -> str:
    """Return for which region and category only, where a seat is for one."""
    named = (place["region"], place["category"])
    return ", ".join(called[one] for one in named if one and one in called)


def when_of(facts: Mapping[str, str | None], zone: str) -> str:
    """Return from when until when somebody is away, as it is where the reader is."""
    starts, ends = facts.get("starts_at"), facts.get("ends_at")
    values = {"start": _moment(starts, zone), "end": _moment(ends, zone), "zone": zone}
    if ends is None:
        return _("from %(start)s on (%(zone)s)") % values
    return _("from %(start)s until %(end)s (%(zone)s)") % values


def _moment(text: str | None, zone: str) -> str:
    if text is None:
        return ""
    local = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    return date_format(local, "D j M Y H:i")
