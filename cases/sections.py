"""What upper apps show on the page of a case: they register it, since cases may not import them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.models import Case
from tenants.models import Membership


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page, below the next step. The template reads `context` as `section`; what has
    the lower `order` stands higher. `resolution` is how the form that resolves the case begins."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    order: int = 0
    resolution: str = ""


Provider = Callable[[Case, Membership, datetime], Section | None]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Let `provider` say what it shows of a case to a member at an instant; None is nothing."""
    if provider not in _providers:
        _providers.append(provider)


def sections_of(case: Case, member: Membership, now: datetime) -> list[Section]:
    """Return the parts of a case's page, from the top."""
    found = [provider(case, member, now) for provider in _providers]
    return sorted((part for part in found if part is not None), key=lambda part: part.order)
