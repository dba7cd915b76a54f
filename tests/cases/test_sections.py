"""What upper apps show on the page of a case."""

from datetime import datetime

import pytest
from django.utils import timezone

from cases import sections
from cases.models import Case
from cases.sections import Section, register, sections_of
from tenants.models import Membership
from tests.factories import World


def late(case: Case, member: Membership, _now: datetime) -> Section:
    """Stand below."""
    return Section("late.html", {"number": case.number, "role": member.role}, 2)


def early(_case: Case, _member: Membership, _now: datetime) -> Section:
    """Stand above."""
    return Section("early.html", order=1)


def nothing(_case: Case, _member: Membership, _now: datetime) -> None:
    """Show nothing."""


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the test registers is shown."""
    monkeypatch.setattr(sections, "_providers", [])


def test_sections_stand_in_their_order_and_once(world: World, alone: None) -> None:
    for provider in (late, nothing, early, late):
        register(provider)
    case = world.case()
    found = sections_of(case, world["tom"], timezone.now())
    assert found == [
        Section("early.html", {}, 1),
        Section("late.html", {"number": case.number, "role": "staff"}, 2),
    ]
