"""What upper apps tell the journal about the subjects of its events.

The journal must ask who may see a case before it tells anyone, but may not import cases: the app
that owns a subject registers it when it is ready.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from journal.models import Event
from tenants.models import User


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told: a line for the bell, a subject and a text for e-mail, and where
    to read on. The subject carries a number, never a title.

    Among others in one mail it stands under its `heading`, the most urgent (the lowest `rank`)
    first, with when its case is due next.
    """

    number: str
    line: str
    subject: str
    text: str
    url: str
    heading: str = ""
    rank: int = 100
    due_at: datetime | None = None


class Subject(Protocol):
    """How the events of one kind of thing are told. `reminding` are the kinds that only remind of
    something that is told in the app already."""

    reminding: frozenset[str] = frozenset()

    def letters(self, events: Sequence[Event], user: User) -> dict[UUID, Letter]:
        """Return what the person is told, by event: only of what they may see, now."""
        ...

    def known(self, events: Sequence[Event], user: User) -> set[UUID]:
        """Return the events the person may know of, now: those that `letters` would tell."""
        ...

    def reminders(
        self,
        events: Sequence[Event],
        user: User,  # noqa: ARG002 - whose hours count
        at: datetime,
    ) -> dict[UUID, datetime | None]:
        """Return from when on each event that only reminds may be mailed to the person; None where
        nothing is left to remind of. Asked of the kinds that only remind."""
        return dict.fromkeys((event.pk for event in events), at)


_subjects: dict[str, Subject] = {}


def register(prefix: str, subject: Subject) -> None:
    """Make `subject` answer for events whose kind begins with `prefix.`."""
    _subjects[prefix] = subject


def letters(events: Sequence[Event], user: User) -> dict[UUID, Letter]:
    """Return what a person of the current tenant is told of each event; of events that are not
    in the answer, or for a person who may no longer sign in, nothing may be told. A program is told
    nothing: it asks, and nobody reads its mail.

    `KeyError` for a kind nobody registered.
    """
    if not _is_told(user):
        return {}
    found: dict[UUID, Letter] = {}
    for subject, group in _by_subject(events):
        found |= subject.letters(group, user)
    return found


def known(events: Sequence[Event], user: User) -> set[UUID]:
    """Return the events that a person of the current tenant may know of, without their words."""
    found: set[UUID] = set()
    for subject, group in _by_subject(events) if _is_told(user) else ():
        found |= subject.known(group, user)
    return found


def reminds(kind: str) -> bool:
    """Whether an event of a kind only reminds of something."""
    subject = _subjects.get(kind.split(".", 1)[0])
    return subject is not None and kind in subject.reminding


def reminders(events: Sequence[Event], user: User, at: datetime) -> dict[UUID, datetime | None]:
    """Return from when on each event that only reminds may be mailed to a person, None for never;
    `KeyError` for a kind nobody registered."""
    found: dict[UUID, datetime | None] = {}
    for subject, group in _by_subject(events):
        found |= subject.reminders(group, user, at)
    return found


def _is_told(user: User) -> bool:
    return user.is_active and not user.is_service


def _by_subject(events: Sequence[Event]) -> list[tuple[Subject, list[Event]]]:
    groups: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        groups[event.kind.split(".", 1)[0]].append(event)
    return [(_subjects[prefix], group) for prefix, group in groups.items()]
