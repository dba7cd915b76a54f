"""What upper apps tell the journal about the subjects of its events.

The journal must ask who may see a case before it tells anyone, but may not import cases: the app
that owns a subject registers it when it is ready.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from journal.models import Event
from tenants.models import User


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told: a line for the bell, a subject and a text for e-mail, and where
    to read on. The subject carries a number, never a title."""

    number: str
    line: str
    subject: str
    text: str
    url: str


class Subject(Protocol):
    """How the events of one kind of thing are told."""

    def letters(self, events: Sequence[Event], user: User) -> dict[UUID, Letter]:
        """Return what the person is told, by event: only of what they may see, now."""
        ...

    def known(self, events: Sequence[Event], user: User) -> set[UUID]:
        """Return the events the person may know of, now: those that `letters` would tell."""
        ...


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


def _is_told(user: User) -> bool:
    return user.is_active and not user.is_service


def _by_subject(events: Sequence[Event]) -> list[tuple[Subject, list[Event]]]:
    groups: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        groups[event.kind.split(".", 1)[0]].append(event)
    return [(_subjects[prefix], group) for prefix, group in groups.items()]
