"""The vendor of the API's examples, and answers without what differs between any two."""

import re
from collections.abc import Mapping
from typing import Any

from cases.api.examples import ALPENWERK, MARIANNE, PETRA, RHEINTOR, TOM
from ladder.api.absences import GRACE
from ladder.api.calendars import GIVEN as HOURS
from ladder.api.categories import EXAMPLE as KIND
from ladder.api.ladders import GIVEN as LADDER
from ladder.models import Category, Level, Route
from partners.models import Partner
from tests.factories import World, make_person, make_world

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASH = re.compile(r"[0-9a-f]{64}")
PEOPLE = {"tom": TOM, "petra": PETRA, "marianne": MARIANNE, "grace": GRACE}
LEVELS = [level["name"] for level in LADDER["levels"]]
MORE_URGENT = {"total": "P4D", "steps": [{"decision": "PT8H"}]}


def vendor() -> World:
    """Make the vendor of the examples."""
    hours = {k: v for k, v in HOURS.items() if k != "name"}
    world = make_world(rules=hours, decision="P2D", total="P8D")
    with world.scope():
        furnish(world)
    return world


def furnish(world: World) -> None:
    """Give the partners, levels and rules their names; people keep their first one."""
    make_person(world, "grace", "staff")
    for slug, number in (("alpenwerk", "CRM-00042"), ("rheintor", "CRM-00043")):
        Partner.objects.filter(slug=slug).update(external_id=number)
    for level, name in zip(world.levels, LEVELS, strict=True):
        Level.objects.filter(pk=level.pk).update(name=name)
    fields = [
        {**field, "choices": [[choice, choice.title()] for choice in field["choices"]]}
        for field in KIND["fields"]
    ]
    Category.objects.create(
        tenant=world.tenant,
        slug=KIND["slug"],
        name=KIND["name"],
        category_class=KIND["category_class"],
        position=9,
        fields=fields,
    )
    assert world.ladder is not None
    Route.objects.create(
        tenant=world.tenant, position=0, severity="s1", ladder=world.ladder, windows=MORE_URGENT
    )


def named(world: World, body: Any, absence_id: Any = None) -> Any:
    """Return a body that names what this vendor has instead of what the examples name."""
    names = {
        **{person["id"]: world[name].user_id for name, person in PEOPLE.items()},
        ALPENWERK["id"]: world.partners["alpenwerk"].pk,
        RHEINTOR["id"]: world.partners["rheintor"].pk,
    }
    known = {old: str(new) for old, new in names.items()}
    if absence_id is not None:
        known[body["absence"]] = str(absence_id)
    return exchanged(body, known)


def exchanged(value: Any, known: Mapping[str, str]) -> Any:
    """Return a value in which some texts stand for others, at any depth."""
    if isinstance(value, Mapping):
        return {k: exchanged(v, known) for k, v in value.items()}
    if isinstance(value, list):
        return [exchanged(one, known) for one in value]
    return known.get(value, value) if isinstance(value, str) else value


def without_ids(value: Any) -> Any:
    """Return an answer with ids, hashes and numbers made alike, and people by first name."""
    if isinstance(value, Mapping):
        return {k: bool(v) if k == "number" else without_ids(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_ids(one) for one in value]
    if not isinstance(value, str):
        return value
    for person in PEOPLE.values():
        value = value.replace(person["name"], person["name"].split()[0])
    return ID.sub("?", HASH.sub("#", value))


def empower(world: World) -> None:
    """Let each level concede what the ladder of the examples says."""
    for level, said in zip(world.levels, LADDER["levels"], strict=True):
        authority = said["authority"]
        Level.objects.filter(pk=level.pk).update(
            authority_kinds=authority["kinds"],
            authority_amount=authority["amount"],
            authority_currency=authority["currency"],
        )
