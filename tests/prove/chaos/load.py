"""Fills a stage: vendors whose windows are seconds, and thousands of cases that fall due in turn.

    python -m tests.prove.chaos.load '{"vendors": 8, "cases": 7000, …}'

The first case of a vendor is opened by the product; the others are copies of its rows, as the app
within the vendor's scope, with their own ids, numbers and times.
"""

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import django
from django.db import connection, models
from django.utils import timezone

django.setup()

from cases.models import Assignment, Case, Clock, Party  # noqa: E402 - models need the set-up
from ladder.models import Ladder, Level, Programme, Route  # noqa: E402
from partners.models import Partner  # noqa: E402
from tenants.ids import uuid7  # noqa: E402
from tests.factories import World, make_world  # noqa: E402
from tests.prove.chaos.amounts import Load  # noqa: E402

LONG = {"response_window": "PT2H", "decision_window": "PT3H"}
# Of eight vendors: with a contact who is told too and a holder for each level; with an alarm at
# the top; the others have one person on all levels, so that there is no more mail than climbs. With
# some of these both windows are the same: two clocks of a case fall due at the same instant.
SPOKEN_FOR, ALARMING, TOGETHER = 1, 2, (0, 4, 6)
SHARES = {SPOKEN_FOR: 0.1, ALARMING: 0.05}


def copy(model: type[models.Model], pattern: str, changed: Mapping[str, str]) -> str:
    """Return the statement that copies rows of the pattern's case for each new one."""
    fields = [f for f in model._meta.concrete_fields if not f.generated]
    columns = [str(f.column) for f in fields]
    values = [changed.get(c, f'p."{c}"') for c in columns]
    named = ", ".join(f'"{c}"' for c in columns)
    return (
        f"INSERT INTO {model._meta.db_table} ({named}) SELECT {', '.join(values)}"
        f" FROM {model._meta.db_table} p CROSS JOIN unnest(%(ids)s::uuid[], %(turns)s::uuid[],"
        " %(numbers)s::text[], %(opened)s::timestamptz[]) AS v (id, turn, number, opened)"
        f" WHERE {pattern} = %(pattern)s"
    )


def shifted(*names: str) -> dict[str, str]:
    """Return how columns of time move with a case's opening."""
    return {n: f'p."{n}" + (v.opened - %(first)s::timestamptz)' for n in names}


FRESH = {"id": "gen_random_uuid()", "case_id": "v.id"}
STATEMENTS = (
    copy(
        Case,
        "p.id",
        {
            **shifted("opened_at", "updated_at", "due_at", "due_soon_at"),
            "id": "v.id",
            "number": "v.number",
            "assignment_id": "NULL",
        },
    ),
    copy(Party, "p.case_id", FRESH),
    copy(Assignment, "p.case_id", FRESH | {"id": "v.turn"} | shifted("started_at")),
    copy(
        Clock,
        "p.case_id",
        FRESH
        | {"assignment_id": "CASE WHEN p.assignment_id IS NOT NULL THEN v.turn END"}
        | shifted("anchor", "due_at", "soon_at", "next_fire_at"),
    ),
    """UPDATE cases_case c SET assignment_id = v.turn
    FROM unnest(%(ids)s::uuid[], %(turns)s::uuid[]) AS v (id, turn) WHERE c.id = v.id""",
)


def make_vendor(number: int, load: Load) -> tuple[World, Partner]:
    """Make a vendor whose first three levels answer within seconds, and the partner it argues
    with. Above them is a fourth with all the time there is, but for the vendor with the alarm."""
    holders: tuple[str, ...] = ("tom", "tom", "tom", "tom")
    if number == SPOKEN_FOR:
        holders = ("tom", "petra", "marianne", "ines")
    if number == ALARMING:
        holders = ("tom", "petra", "ines")
    world = make_world(
        f"vendor-{number}",
        holders=holders,
        response=f"PT{load.response}S",
        decision=f"PT{load.response if number in TOGETHER else load.decision}S",
        thresholds=(50,) if number == ALARMING else (),
    )
    with world.scope():
        Level.objects.filter(position=4).update(**LONG)
        Programme.objects.update(floor_window=f"PT{load.response}S")
        _give_more_time(world, load)
        partner = world.partners["alpenwerk"]
        if number != SPOKEN_FOR:
            silent = {"name": "Quiet", "kind": "reseller", "region": partner.region}
            partner = Partner.objects.create(tenant=world.tenant, slug="quiet", **silent)
    return world, partner


def _give_more_time(world: World, load: Load) -> None:
    """Let a worse case have some seconds more on the levels whose windows are seconds."""
    Route.objects.update(position=9)
    more = {"response": f"PT{load.response + 3}S", "decision": f"PT{load.decision + 5}S"}
    Route.objects.create(
        tenant=world.tenant,
        position=1,
        severity="s2",
        ladder=Ladder.objects.get(),
        windows={"steps": [more] * 3},
    )


def fill(world: World, partner: Partner, openings: list[datetime]) -> None:
    """Open one case, and copy it for every other time."""
    first, *others = openings
    with world.scope():
        pattern = world.case(at=first, partner=partner, by="")
        numbers = (f"ESC-C-{number:05d}" for number in count(1))
        parameters: dict[str, Any] = {
            "ids": [str(uuid7()) for _ in others],
            "turns": [str(uuid7()) for _ in others],
            "numbers": [next(numbers) for _ in others],
            "opened": others,
            "first": first,
            "pattern": str(pattern.pk),
        }
        with connection.cursor() as cursor:
            for statement in STATEMENTS:
                cursor.execute(statement, parameters)


def main() -> None:
    """Make the vendors, then their cases, which begin to run a little later."""
    load = Load(**json.loads(sys.argv[1]))
    vendors = [make_vendor(number, load) for number in range(load.vendors)]
    shares = [SHARES.get(number, 0.0) for number in range(load.vendors)]
    plain = (1 - sum(shares)) / shares.count(0.0)
    # What is copied late would be due before it is there.
    begin = timezone.now() + timedelta(seconds=load.lead + load.cases / 1000)
    for (world, partner), share in zip(vendors, shares, strict=True):
        number = max(2, round(load.cases * (share or plain)))
        gap = load.spread / number
        fill(world, partner, [begin + timedelta(seconds=n * gap) for n in range(number)])


if __name__ == "__main__":
    main()
