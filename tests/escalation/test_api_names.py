"""Whatever a program may name, in a body or in a query: what is another vendor's, or another
partner's, is answered in the words of what nobody has, and nothing is written. The fields come from
the description: a new one of which nobody has said what it names fails.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.utils.http import urlencode

from cases.actions import acknowledge
from cases.models import Case, Override
from journal.seal import seal_batch
from ladder.models import Calendar, Category, Ladder
from memos.models import Memo
from partners.models import Partner, Region, Tier
from tests.escalation.naming import NAMING, QUERY, UNKNOWN, Place, put
from tests.escalation.test_api_urls import NOW, body_of, things_of, token_of
from tests.factories import ROUND_THE_CLOCK, World, make_calendar, make_rebase, make_world
from tests.memos import story

# Events have their place in the trail once they are sealed, which is after they were written.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])
# Admins' work; the rest is Tom's.
ADMINS = (
    *("api-ladder", "api-ladders", "api-calendar", "api-calendars", "api-partners"),
    "api-rebases",
)
# What a partner can mean of another's.
OF_PARTNERS = ("partner", "case", "number", "q", "external_id", "slug", "id", "category")
# What is answered alike whether it is one's own or nobody's, and why.
ALIKE = {
    ("api-memo", "id"): "an action that the memo does not have is a new one",
    ("api-case-external", "category"): "a case that is there stays of its kind, and says no more",
}
# What differs between any two things that are made.
IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Names = dict[str, tuple[str, ...]]


@dataclass
class Side:
    """A vendor, what the addresses of its own stand for, and what it has by the names of fields."""

    world: World
    things: dict[str, Any]
    names: Names


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """Stop the clock, so that two answers differ by nothing but what they were asked for."""
    with time_machine.travel(NOW, tick=False):
        yield


def side(word: str, cases: int = 0) -> Side:
    """Make a vendor that has something of each kind that no other has under the same name."""
    world = make_world()
    with world.scope():
        for _ in range(cases):
            world.case(at=NOW)
    things = things_of(world)
    with world.scope():
        furnish(world, word)
        things |= more_of(world, word)
        names = names_of(world, things, word)
    while seal_batch():
        pass
    return Side(world, things, names)


def furnish(world: World, word: str) -> None:
    """Add rules and places that are called by a word."""
    named: dict[str, Any] = {"tenant": world.tenant, "slug": word, "name": word}
    Category.objects.create(**named, category_class="administrative", position=8)
    sealed = {**named, "slug": f"{word}-sealed", "confidentiality": "sealed", "position": 9}
    Category.objects.create(**sealed, category_class="administrative")
    Region.objects.create(**named)
    Tier.objects.create(**named, rank=9)
    make_calendar(world, word, ROUND_THE_CLOCK)
    Ladder.objects.create(tenant=world.tenant, name=word, total_window="PT9H")
    Partner.objects.filter(slug="alpenwerk").update(external_id=f"CRM-{word}", slug=word)


def more_of(world: World, word: str) -> dict[str, Any]:
    """Return what else the addresses stand for: a case with two parties that is taken up, a draft
    of a memo, a case of the other partner's, and a memo that both have a copy of."""
    others = ((world.partners["rheintor"], "affected"),)
    taken = world.case(at=NOW, others=others, source_system="crm", external_id=word)
    acknowledge(taken, by=world["tom"], at=NOW)
    draft = story.written(world, story.two_parties(world, at=NOW), title=f"The {word}words")
    world.case(at=NOW, category=Category.objects.get(slug=word))
    own = world.case(at=NOW, partner=world.partners["rheintor"], title="Rheintor's own")
    make_rebase(world, case=taken)
    make_rebase(world, calendar=Calendar.objects.get(name=word))
    return {"taken": taken.pk, "draft": draft.pk, "own": own.pk, "issued": story.issued(world).pk}


def names_of(world: World, things: dict[str, Any], word: str) -> Names:
    """Return what a vendor has, by the name of the field that names it."""
    tom, petra = ((str(world[name].user_id),) for name in ("tom", "petra"))
    number = Case.objects.get(pk=things["case_id"]).number
    memo = Memo.objects.get(pk=things["draft"])
    cases = (things["case_id"], memo.case_id, Override.objects.get().case_id, things["taken"])
    return {
        **dict.fromkeys(("person", "owner"), tom),
        **dict.fromkeys(("delegate", "to", "reviewer", "sees_to"), petra),
        **dict.fromkeys(("holder", "backup", "user"), (world["petra"].user.email,)),
        **dict.fromkeys(("category", "region", "tier", "slug", "name"), (word,)),
        "number": (number,),
        "q": (number, f"{word}words"),
        "partner": (str(world.partners["alpenwerk"].pk), f"CRM-{word}"),
        "ladder": (str(things["ladder_id"]),),
        "calendar": (str(things["calendar_id"]), str(Calendar.objects.get(name=word).pk)),
        "absence": (str(things["absence_id"]),),
        "case": tuple(map(str, cases)),
        "id": (str(story.action_of(memo, "Find a lead").pk),),
        "external_id": (word, f"CRM-{word}"),
    }


def made_up(value: str) -> str:
    """Return what nobody has, of the same form."""
    if IDS.fullmatch(value):
        return str(uuid4())
    if "@" in value:
        return f"nobody@{value.rpartition('@')[2]}"
    return re.sub(r"\d", "9", value) if value.startswith("ESC-") else f"{value}-made-up"


def things_for(place: Place, one: Side, who: str) -> dict[str, Any]:
    """Return what the names in a path stand for, where this field is read."""
    things, name = one.things, place.address.name
    if who == "marc":
        return {**things, "case_id": things["own"], "memo_id": things["issued"]}
    if name in ("api-case-pause", "api-case-external"):
        return {**things, "case_id": things["taken"], "external_id": one.names["external_id"][0]}
    if name in ("api-memo", "api-memo-ask-review"):
        return {**things, "memo_id": things["draft"]}
    return {**things, "memo_id": things["issued"]} if name == "api-memo-pdf" else things


def whole_body(place: Place, one: Side, who: str) -> Any:
    """Return a body that is right, with a list where the field is in one."""
    world, name, first = one.world, place.address.name, place.path[0]
    body = body_of(name, world, one.things)
    if who == "marc":
        body.pop("partner", None)
    if first == "parties":
        return {**body, "parties": [{"role": "affected"}]}
    if first == "copies":
        return {**body, "copies": [{"title": "T", "body": "B"}]}
    if first == "actions":
        action = {"what": "Call them.", "due_on": "2026-12-04", "owner": str(world["tom"].user_id)}
        return {**body, "actions": [action]}
    if first == "levels":
        return {**body, "levels": levels_of(body["levels"][0], world)}
    return body


def levels_of(level: dict[str, Any], world: World) -> list[dict[str, Any]]:
    """Return levels of which the first has one holder and a backup, the last two seats."""
    tom, petra = (world[name].user.email for name in ("tom", "petra"))
    seats = [
        {"user": tom, "backup": petra, "region": "dach", "category": "lead-routing"},
        {"user": tom, "rank": 2},
    ]
    bare = {k: v for k, v in level.items() if k != "holder"}
    return [{**level, "backup": petra}, level, {**bare, "seats": seats}]


def said(
    place: Place, one: Side, who: str, client: Client, value: str, *, keep: bool = False
) -> tuple[int, str]:
    """Ask with a name in one place, and take it back unless it is kept; return the status, and what
    was answered apart from the name."""
    url = place.address.url(things_for(place, one, who))
    with transaction.atomic():
        if place.where == QUERY:
            answer = client.get(f"{url}?{urlencode({place.name: value})}")
        else:
            body = json.dumps(put(whole_body(place, one, who), place.path, value))
            send = client.post if place.method == "POST" else client.put
            answer = send(url, body, content_type="application/json")
        transaction.set_rollback(not keep)
    text = answer.content.decode(errors="replace").replace(value, "?")
    return answer.status_code, IDS.sub("?", text)


def written(world: World) -> str:
    """Return the hash of everything a vendor has, apart from what is noted of calls and denials."""
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "tenant" for field in model._meta.fields)
    }
    each = [
        f"SELECT '{table}' || t::text AS line FROM {table} t"
        for table in sorted(tables - {"tenants_apitoken", "journal_event"})
    ]
    each.append("SELECT t::text FROM journal_event t WHERE kind <> 'access.denied'")
    lines = " UNION ALL ".join(each)
    with world.scope(), connection.cursor() as cursor:
        cursor.execute(f"SELECT md5(string_agg(line, '' ORDER BY line)) FROM ({lines}) a")
        return str(cursor.fetchone()[0])


def refused_alike(one: Side, others: Names, who: str) -> None:
    """Ask with everything that somebody else has, and with the same that nobody has."""
    clients = {name: client_of(one.world, name) for name in ("ines", who)}
    before = written(one.world)
    for address, places in groupby(NAMING, key=lambda place: place.address.name):
        asker = "ines" if who == "tom" and address in ADMINS else who
        for place in [place for place in places if place.name in others]:
            for value in others[place.name]:
                check_alike(place, one, asker, clients[asker], value)
        assert written(one.world) == before, address


def check_alike(place: Place, one: Side, who: str, client: Client, value: str) -> None:
    """Check that what somebody else has is refused in the words of what nobody has. What is refused
    is not taken back here, so that what it wrote would be seen."""
    writes = place.given or place.name == "id"
    found = said(place, one, who, client, value, keep=not writes)
    assert found == said(place, one, who, client, made_up(value)), (str(place), value)
    refused = found[0] in (400, 403, 404, 409)
    assert refused or place.where == QUERY or writes, (str(place), found)


def client_of(world: World, name: str) -> Client:
    """Return a program of a person's with every scope of their role."""
    return Client(headers={"Authorization": f"Bearer {token_of(world, name)}"})


def test_of_every_field_it_is_known_whether_it_names_something() -> None:
    assert [str(place) for place in UNKNOWN] == []


def test_everything_that_is_named_is_had(transactional_db: None) -> None:
    assert {place.name for place in NAMING} <= set(side("ours").names)


def test_what_another_vendor_has_is_answered_as_what_nobody_has(transactional_db: None) -> None:
    ours, theirs = side("ours", cases=9), side("theirs")
    before = written(ours.world)
    refused_alike(theirs, ours.names, "tom")
    refused_alike(theirs, ours.names, "marc")
    assert written(ours.world) == before


def test_what_a_rival_partner_has_is_answered_as_what_nobody_has(transactional_db: None) -> None:
    ours = side("ours")
    rivals = {name: ours.names[name] for name in OF_PARTNERS} | {"category": ("ours-sealed",)}
    refused_alike(ours, rivals, "marc")


def told_apart(place: Place, own: Side) -> bool:
    """Whether what one has oneself is answered otherwise than what nobody has."""
    asker = "ines" if place.address.name in ADMINS else "tom"
    client = client_of(own.world, asker)
    answers = [
        [said(place, own, asker, client, named) for named in (value, made_up(value))]
        for value in own.names[place.name]
    ]
    return any(had != missing for had, missing in answers)


def test_what_one_has_oneself_is_answered_otherwise(transactional_db: None) -> None:
    """Otherwise nothing would have been asked above."""
    own = side("own")
    asked = [p for p in NAMING if not p.given and (p.address.name, p.name) not in ALIKE]
    assert "\n".join(str(place) for place in asked if not told_apart(place, own)) == ""
