"""Re-bases as tests ask for them and answer them."""

from datetime import datetime
from functools import partial
from typing import Any

from cases.models import Rebase
from cases.rebaseplan import Scope
from cases.rebasework import carry_out
from cases.rebasing import approve_rebase, ask_rebase
from ladder.models import Calendar, CalendarVersion
from ladder.worktime import Rules
from ladder.writing import write_calendar
from tenants.scope import act_in
from tests.cases.verbs import DAY, LATER
from tests.factories import World, make_person, make_world

WHY, WORD = "Works council day.", "Agreed with Petra."


def second_admin(world: World) -> None:
    """Add an admin who can answer what Ines asks for."""
    make_person(world, "olga", "admin")


def two_admins(**hours: Any) -> World:
    """Make a vendor with two admins; around the clock, unless said."""
    made = make_world(**hours)
    with made.scope():
        second_admin(made)
    return made


def publish(world: World, rules: dict[str, Any]) -> CalendarVersion:
    """Give the vendor's calendar other hours, for new clocks."""
    calendar = Calendar.objects.get(versions=world.calendar)
    return write_calendar(calendar.name, Rules.from_json(rules))[0]


def of_calendar(world: World) -> Scope:
    """Return the scope of the vendor's calendar."""
    assert world.calendar is not None
    return Scope(calendar_id=world.calendar.calendar_id)


def of_ladder(world: World) -> Scope:
    """Return the scope of the vendor's ladder."""
    assert world.ladder is not None
    return Scope(ladder_id=world.ladder.pk)


def asked(world: World, scope: Scope, *, at: datetime = LATER) -> Rebase:
    """Ask for a re-base, as Ines."""
    return ask_rebase(scope, by=world["ines"], at=at, reason=WHY)


def approved(world: World, scope: Scope, *, at: datetime = LATER) -> Rebase:
    """Ask for a re-base, and approve it as another admin."""
    rebase = asked(world, scope, at=at)
    return approve_rebase(rebase, by=world["olga"], at=at, word=WORD)


def work(world: World, rebase: Rebase, *, at: datetime = LATER) -> bool:
    """Let a worker carry it out, at an instant that does not pass."""
    scoped = partial(act_in, world.tenant.pk)
    return carry_out(rebase.pk, scoped, lambda: at, at + DAY)
