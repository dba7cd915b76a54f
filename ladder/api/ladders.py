"""Ladders."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ladder.actions import allowed, hold_policy, publish_ladder
from ladder.api.categories import READS, WRITES
from ladder.flags import flags_of
from ladder.models import Calendar, Ladder, Level, Seat
from ladder.money import plain_amount
from ladder.policy import LadderEntry
from ladder.policy_file import read_ladder
from ladder.serializers import LadderInSerializer, LadderPage, LadderSerializer
from tenants.errors import Invalid
from tenants.rest.description import listed, operation
from tenants.rest.matching import tags_seen
from tenants.rest.operation import Operation, refuse_others
from tenants.rest.paging import PageQuery, answer, page_by_id
from tenants.seen import refuse_stale, tag_of

HOLDER = re.compile(r"levels\[(\d+)\]\.holder(.*)")
GIVEN: dict[str, Any] = {
    "name": "Deals",
    "calendar": "0199d3a0-6f10-7777-9999-5a3d6c1b2e08",
    "total_window": "P8D",
    "levels": [
        {
            "position": 1,
            "name": "Channel manager",
            "holder": "tom.brandt@quellwerk.example",
            "backup": "grace.doyle@quellwerk.example",
            "response_window": "PT4H",
            "decision_window": "P2D",
            "veto_window": "PT4H",
            "authority": {"amount": "5000", "currency": "EUR", "kinds": ["lead", "service_credit"]},
        },
        {
            "position": 2,
            "name": "Regional manager",
            "holder": "petra.winkler@quellwerk.example",
            "response_window": "PT4H",
            "decision_window": "P2D",
            "veto_window": "PT4H",
            "authority": {"amount": "25000", "currency": "EUR", "kinds": ["lead", "fee"]},
        },
        {
            "position": 3,
            "name": "Sponsor",
            "holder": "marianne.voss@quellwerk.example",
            "response_window": "PT4H",
            "decision_window": "P2D",
            "veto_window": "PT4H",
            "authority": {"amount": "150000", "currency": "EUR", "kinds": ["lead", "fee", "terms"]},
        },
    ],
}
EXAMPLE = {
    "id": "0199d3a0-5e00-7333-9999-5a3d6c1b2e04",
    **GIVEN,
    "levels": [
        {
            **level,
            "backup": level.get("backup"),
            "seats": [
                {
                    "user": level["holder"],
                    "backup": level.get("backup"),
                    "region": None,
                    "category": None,
                    "rank": 1,
                }
            ],
            "thresholds": [50, 75, 90],
            "concessions_only": False,
            "urgent": False,
            "responsibilities": "",
            "authority": {**level["authority"], "quarter": None},
        }
        for level in GIVEN["levels"]
    ],
    "flags": [],
}


class Ladders(Operation):
    """The ladders a case climbs."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "POST": WRITES}

    @listed("ladders_list", "The ladders", PageQuery, LadderPage, EXAMPLE)
    def get(self, request: Request) -> Response:
        """Answer a page of the ladders with their levels and who holds them."""
        refuse_others(self)
        page = page_by_id(Ladder.objects.all(), self.asked(PageQuery))
        return Response(answer(request, page, shapes(page.rows)))

    @operation(
        "ladders_create",
        "Publish a ladder",
        method="post",
        takes=LadderInSerializer,
        gives=LadderSerializer,
        status=201,
        address=False,
        versioned=True,
        example=GIVEN,
        answer=EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Publish a new ladder, as an admin. Refused is one whose total leaves no time for every
        level: the reason names the case that would pass it."""
        allowed(self.member)
        given = self.given(LadderInSerializer)
        hold_policy()
        if Ladder.objects.filter(name=given["name"]).exists():
            raise Invalid({"name": _("There is a ladder of this name already.")})
        made = published(self, given)
        shape = shapes([made])[0]
        place = reverse("api-ladder", args=[made.pk], request=request)
        return Response(shape, status=201, headers={"ETag": tag(shape), "Location": place})


class OneLadder(Operation):
    """One ladder."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "PUT": WRITES}

    @operation(
        "ladders_retrieve", "One ladder", gives=LadderSerializer, versioned=True, answer=EXAMPLE
    )
    def get(self, request: Request, ladder_id: UUID) -> Response:
        """Answer a ladder with its levels and who holds them."""
        refuse_others(self)
        shape = shapes([ladder(ladder_id)])[0]
        return Response(shape, headers={"ETag": tag(shape)})

    @operation(
        "ladders_update",
        "Publish another form of a ladder",
        method="put",
        takes=LadderInSerializer,
        gives=LadderSerializer,
        tagged=True,
        versioned=True,
        example=GIVEN,
        answer=EXAMPLE,
    )
    def put(self, request: Request, ladder_id: UUID) -> Response:
        """Bring a ladder to what is written, as an admin. Running clocks keep their windows; a
        level that cases have been on stays."""
        ladder(ladder_id)
        allowed(self.member)
        given = self.given(LadderInSerializer)
        hold_policy()
        # As it is now: who waited here may have read another.
        found = ladder(ladder_id)
        if given["name"] != found.name:
            raise Invalid({"name": _("A ladder keeps its name.")})
        refuse_stale(tags_seen(request), tag(shapes([found])[0]))
        made = published(self, given)
        shape = shapes([made])[0]
        return Response(shape, headers={"ETag": tag(shape)})


def ladder(ladder_id: UUID) -> Ladder:
    """Return a ladder, or fail as for a missing one."""
    found = Ladder.objects.filter(pk=ladder_id).first()
    if found is None:
        raise Http404
    return found


def published(operation: Operation, given: Mapping[str, Any]) -> Ladder:
    """Publish the ladder that was given. Raises `Invalid` with the place in what was sent."""
    try:
        return publish_ladder(entry_of(given), by=operation.member, at=operation.at)
    except Invalid as problem:
        said = {place_in(given, name): reason for name, reason in problem.errors.items()}
        raise Invalid(said) from None


def place_in(given: Mapping[str, Any], name: str) -> str:
    """Return where in what was sent a place of the policy's file is: seats stand for its holder,
    and what is not in this ladder is about the whole."""
    if name == "calendars":
        return ""
    name = name.removeprefix("ladders[0].")
    held = HOLDER.fullmatch(name)
    seats = held and given["levels"][int(held[1])].get("seats")
    return f"levels[{held[1]}].seats{held[2]}" if held and seats else name


def entry_of(given: Mapping[str, Any]) -> LadderEntry:
    """Return the ladder that was given. Raises `Invalid` with the place in the policy's file."""
    calendar = given.get("calendar")
    named = Calendar.objects.filter(pk=calendar) if calendar else Calendar.objects.none()
    name = named.values_list("name", flat=True).first()
    if calendar is not None and name is None:
        raise Invalid({"calendar": _("There is none like this.")})
    levels = [level_of(number, level) for number, level in enumerate(given["levels"])]
    return read_ladder({**given, "calendar": name, "levels": levels}, "ladders[0]")


def level_of(number: int, level: Mapping[str, Any]) -> dict[str, Any]:
    """Return a level as the policy's file has it: its seats, where there are several, stand for
    the holder."""
    found = {k: v for k, v in level.items() if k != "seats"}
    seats = level.get("seats")
    if seats:
        refuse_other_holder(number, level, seats[0])
        found["holder"] = [dict(seat) for seat in seats]
        found.pop("backup", None)
    if not found.get("responsibilities"):
        found.pop("responsibilities", None)
    if "authority" in found:
        found["authority"] = dict(found["authority"])
    return found


def refuse_other_holder(number: int, level: Mapping[str, Any], first: Mapping[str, Any]) -> None:
    """Refuse a holder and a backup that are not those of the first seat: what was read can be sent
    back as it is, what contradicts itself cannot."""
    said = (level.get("holder", first["user"]), level.get("backup", first.get("backup")))
    if said != (first["user"], first.get("backup")):
        raise Invalid({f"levels[{number}].seats": _("The first seat is another holder's.")})


def shapes(ladders: Iterable[Ladder]) -> list[dict[str, Any]]:
    """Return ladders as they are sent; two queries for any number."""
    rows = list(ladders)
    levels: dict[UUID, list[Level]] = defaultdict(list)
    seats: dict[UUID, list[Seat]] = defaultdict(list)
    for level in Level.objects.filter(ladder_id__in=[r.pk for r in rows]).order_by("position"):
        levels[level.ladder_id].append(level)
    held = Seat.objects.filter(level__ladder_id__in=[row.pk for row in rows])
    related = held.select_related("user", "backup", "region", "category")
    for seat in related.order_by("rank", "region_id", "category_id", "id"):
        seats[seat.level_id].append(seat)
    return [shape(row, levels[row.pk], seats) for row in rows]


def shape(row: Ladder, levels: list[Level], seats: Mapping[UUID, list[Seat]]) -> dict[str, Any]:
    """Return a ladder as it is sent."""
    windows = [w for lv in levels for w in (lv.response_window, lv.decision_window)]
    return {
        "id": row.pk,
        "name": row.name,
        "calendar": row.calendar_id,
        "total_window": row.total_window,
        "levels": [level_shape(level, seats.get(level.pk, [])) for level in levels],
        "flags": flags_of(windows),
    }


def level_shape(level: Level, seats: list[Seat]) -> dict[str, Any]:
    """Return one level as it is sent. Its holder is who holds it first."""
    held = [seat_shape(seat) for seat in seats]
    return {
        "position": level.position,
        "name": level.name,
        **({"holder": held[0]["user"], "backup": held[0]["backup"]} if held else {}),
        "seats": held,
        "response_window": level.response_window,
        "decision_window": level.decision_window,
        "veto_window": level.veto_window,
        "thresholds": level.thresholds,
        "concessions_only": level.concessions_only,
        "urgent": level.urgent,
        "responsibilities": level.responsibilities,
        "authority": {
            "amount": plain_amount(level.authority_amount),
            "quarter": plain_amount(level.authority_quarter),
            "currency": level.authority_currency,
            "kinds": level.authority_kinds,
        },
    }


def seat_shape(seat: Seat) -> dict[str, Any]:
    """Return who holds a level, and for what."""
    return {
        "user": seat.user.email,
        "backup": seat.backup.email if seat.backup else None,
        "region": seat.region.slug if seat.region else None,
        "category": seat.category.slug if seat.category else None,
        "rank": seat.rank,
    }


def tag(shape: Mapping[str, Any]) -> str:
    """Return the version of a ladder: whatever is sent of it."""
    said = json.dumps(shape, sort_keys=True, default=str).encode()
    return tag_of(hashlib.sha256(said).hexdigest()[:24])
