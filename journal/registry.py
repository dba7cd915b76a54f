"""What upper apps tell the journal about the subjects of its events.

The journal must ask who may see a case before it tells anyone, but may not import cases: the app
that owns a subject registers it when it is ready.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from journal.models import Event
from tenants.models import User


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told: a line for the bell, a subject and a text for e-mail, and where
    to read on. The subject carries a number, never a title."""

    line: str
    subject: str
    text: str
    url: str


class Subject(Protocol):
    """How the events of one kind of thing are told."""

    def may_see(self, event: Event, user: User) -> bool:
        """Whether the person may see what the event is about, now."""
        ...

    def compose(self, event: Event, user: User) -> Letter:
        """Return what the person is told."""
        ...


_subjects: dict[str, Subject] = {}


def register(prefix: str, subject: Subject) -> None:
    """Make `subject` answer for events whose kind begins with `prefix.`."""
    _subjects[prefix] = subject


def subject_of(kind: str) -> Subject:
    """Return who answers for a kind of event; `KeyError` where nobody registered."""
    return _subjects[kind.split(".", 1)[0]]


def may_see(event: Event, user_id: UUID) -> bool:
    """Whether a person of the current tenant may see an event's subject now."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return user is not None and subject_of(event.kind).may_see(event, user)
