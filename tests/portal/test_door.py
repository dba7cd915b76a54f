"""The one door from the portal to the vendor's verbs."""

import ast
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from devtools.places import ROOT
from portal.door import as_application
from tenants.errors import NotNow
from tenants.scope import current
from tests.factories import World, make_world
from tests.portal.pages import as_portal
from tests.test_standards import APPS

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def role() -> str:
    """Return the database role that statements run as."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def told() -> tuple[str, ...]:
    """Return what row security is told."""
    names = ("app.tenant_id", "app.user_id", "app.partner_id")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting(%s), current_setting(%s), current_setting(%s)", names
        )
        return tuple(cursor.fetchone())


def test_inside_is_the_application_as_the_same_person_and_the_wall_is_back_after(
    vendor: World,
) -> None:
    with as_portal(vendor):
        before = (role(), told(), current())
        with as_application():
            assert (role(), told()) == ("parley_app", before[1])
            assert not current().portal
        assert (role(), told(), current()) == before
    assert before[0] == "parley_portal"


def broken() -> None:
    """Fail in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def refused() -> None:
    """Refuse, as a verb does inside a transaction of its own."""
    with transaction.atomic():
        raise NotNow("Not now.")


def attempt(world: World, fault: Callable[[], None]) -> None:
    """Change something through the door, then fail."""
    with as_application():
        world.partners["alpenwerk"].name = "Changed"
        world.partners["alpenwerk"].save(update_fields=["name"])
        fault()


@pytest.mark.parametrize(("fault", "raised"), [(broken, DatabaseError), (refused, NotNow)])
def test_the_wall_is_back_after_a_failure_and_nothing_of_the_attempt_stays(
    vendor: World, fault: Callable[[], None], raised: type[Exception]
) -> None:
    with as_portal(vendor):
        before = (role(), told(), current())
        with pytest.raises(raised):
            attempt(vendor, fault)
        assert (role(), told(), current()) == before
    with vendor.scope():
        vendor.partners["alpenwerk"].refresh_from_db()
    assert vendor.partners["alpenwerk"].name == "Alpenwerk"


def names_in(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the file and every name that an app's modules use or import."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            file = path.relative_to(ROOT).as_posix()
            if isinstance(node, ast.Name):
                yield file, node.id
            elif isinstance(node, ast.Attribute):
                yield file, node.attr
            elif isinstance(node, ast.ImportFrom):
                yield from ((file, alias.name) for alias in node.names)


def test_only_the_portal_goes_through_and_only_here_is_the_role_put_down() -> None:
    used = {file for app in APPS for file, name in names_in(app) if name == "as_application"}
    assert used
    assert {file.partition("/")[0] for file in used} == {"portal"}
    scopes = {file for file, name in names_in("portal") if name in ("act_in", "identify")}
    assert scopes == {"portal/door.py"}
