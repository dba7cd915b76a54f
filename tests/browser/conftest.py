"""A real Chromium against the real pages, served from a thread of the suite."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from devtools.browser import browser_environment, chromium_path, launch_arguments
from ladder.models import Category, Level
from tests.browser.desk import Seat, desks
from tests.factories import World, make_world

PEOPLE = {
    "tom": ("Tom Brandt", "Channel manager, DACH"),
    "petra": ("Petra Winkler", "Regional manager, Europe"),
    "marianne": ("Marianne Voss", "Executive sponsor"),
    "ines": ("Ines Falk", "Programme admin"),
    "anna": ("Anna Huber", "Alpenwerk"),
}
LEVELS = ("Channel manager", "Regional manager", "Executive sponsor")
CATEGORIES = {
    "lead-routing": ("Lead routing", "A lead went past the partner who found it."),
    "territory": ("Territory", "Somebody sold into a territory that is another's."),
}


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser; without one the tests fail and say what to install."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in browser_environment().items():
            patch.setenv(name, value)
        # Playwright keeps an event loop in this thread; nothing of ours is asynchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(
                executable_path=chromium_path(), args=launch_arguments()
            )
            yield started
            started.close()


@pytest.fixture
def seat(chromium: Browser, live_server: LiveServer) -> Iterator[Seat]:
    """Browser windows on the pages of this test's own server."""
    with desks(chromium, live_server.url) as sit_down:
        yield sit_down


@pytest.fixture
def vendor(transactional_db: None, chromium: Browser) -> World:
    """A vendor with people and levels that have names; around the clock, four hours a level."""
    world = make_world("quellwerk")
    for key, (name, title) in PEOPLE.items():
        member = world[key]
        member.user.name, member.title = name, title
        # Only who it is may change a person's own row.
        with world.scope(user_id=member.user_id):
            member.user.save(update_fields=["name"])
            member.save(update_fields=["title"])
    with world.scope():
        for level, name in zip(world.levels, LEVELS, strict=True):
            Level.objects.filter(pk=level.pk).update(name=name)
        for slug, (name, summary) in CATEGORIES.items():
            Category.objects.filter(slug=slug).update(name=name, summary=summary)
    return world
