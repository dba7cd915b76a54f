"""A partner at its pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.urls import reverse

from tests.escalation.browsing import browser
from tests.factories import World

CONTACTS = {"alpenwerk": "anna", "rheintor": "marc"}


@contextmanager
def as_portal(world: World, partner: str = "alpenwerk") -> Iterator[None]:
    """As the portal's database role, for one partner."""
    user, company = world[CONTACTS[partner]].user_id, world.partners[partner].pk
    with world.scope(user_id=user, partner_id=company, portal=True):
        yield


def address(world: World, name: str, *rest: Any, partner: str = "alpenwerk") -> str:
    """Return an address of a company's."""
    return reverse(name, args=[world.tenant.slug, partner, *rest])


def get(world: World, name: str, *rest: Any, partner: str = "alpenwerk", query: str = "") -> Any:
    """Ask for a page as the company's contact."""
    url = address(world, name, *rest, partner=partner)
    return browser(world, CONTACTS[partner]).get(url + query)


def act(world: World, case_id: UUID, verb: str, partner: str = "alpenwerk", **data: Any) -> Any:
    """Post one act of a company's contact, and follow to the page it leads to."""
    url = address(world, "portal-case-do", case_id, verb, partner=partner)
    return browser(world, CONTACTS[partner]).post(url, data, follow=True)


def plain(answer: Any) -> str:
    """Return a page's text with single spaces."""
    return " ".join(answer.content.decode().split())
