"""The file that `load_policy` takes: calendars, ladders, matrix and habits as JSON, pure.

    {"calendars": [{"name", "timezone", "weekly": {"mon": [["09:00", "17:00"]]}, "holidays"?,
                    "exceptions"?}],
     "ladders": [{"name", "calendar"?, "total_window", "levels": [
        {"position"?, "name", "holder", "backup"?, "response_window", "decision_window",
         "veto_window"?, "thresholds"?, "concessions_only"?, "urgent"?,
         "responsibilities"?, "authority"?: {"amount"?, "quarter"?, "currency"?, "kinds"?}}]}],
     "matrix": [{"category"?, "severity"?, "region"?, "tier"?, "ladder", "start_level"?,
                 "total_window"?, "veto_window"?, "owner"?, "backup"?,
                 "steps"?: [{"response_window"?, "decision_window"?}]}],
     "programme": {"close_after_days"?, "pause_cap_days"?, "floor_window"?, "update_window"?}}

Each of the four is optional. People are e-mails; categories, regions and tiers are slugs;
calendars and ladders are names. `holder` is an e-mail or a list of `{"user", "backup"?,
"region"?, "category"?, "rank"?}`. Kinds are those of `ladder/kinds.py`, currencies those of ISO
4217. An amount of null is no limit.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from ladder.document import Fields, Node, document, each, printable
from ladder.durations import Window, format_window
from ladder.kinds import NAMED, is_allowable
from ladder.money import MINOR_UNITS
from ladder.policy import (
    DEFAULT_VETO,
    THRESHOLDS,
    CalendarEntry,
    LadderEntry,
    LevelEntry,
    Policy,
    ProgrammeEntry,
    RouteEntry,
    SeatEntry,
    windows_json,
)
from ladder.worktime import CalendarError, Rules
from tenants.errors import Invalid

MOST_CALENDARS, MOST_LADDERS, MOST_LEVELS, MOST_SEATS, MOST_ROUTES = 200, 100, 20, 200, 2000
LONGEST_NAME, LONGEST_TEXT, LONGEST_EMAIL = 80, 2000, 254
SEVERITIES = ("s1", "s2", "s3", "s4")

PARTS = ("calendars", "ladders", "matrix", "programme")
RULES = ("timezone", "weekly", "holidays", "exceptions")
LADDER = ("name", "calendar", "total_window", "levels")
LEVEL = (
    "position",
    "name",
    "holder",
    "backup",
    "response_window",
    "decision_window",
    "veto_window",
    "thresholds",
    "concessions_only",
    "urgent",
    "responsibilities",
    "authority",
)
SEAT = ("user", "backup", "region", "category", "rank")
AUTHORITY = ("amount", "quarter", "currency", "kinds")
CONDITIONS = ("category", "severity", "region", "tier")
ROUTE = (
    *CONDITIONS,
    "ladder",
    "start_level",
    "total_window",
    "veto_window",
    "steps",
    "owner",
    "backup",
)
STEP = ("response_window", "decision_window")
HABITS = ("close_after_days", "pause_cap_days", "floor_window", "update_window")
MOST_DAYS = 366

Read = TypeVar("Read")


def parse_policy(data: bytes) -> Policy:
    """Read a policy file. Raises `Invalid`, each field with its reason."""
    top = document(data).fields(PARTS)
    if not any(name in top for name in PARTS):
        raise Invalid({"file": "Must name calendars, ladders, a matrix or a programme."})
    errors: dict[str, str] = {}
    policy = Policy(
        calendars=_tried(_calendars, top, (), errors),
        ladders=_tried(_ladders, top, (), errors),
        matrix=_tried(_matrix, top, None, errors),
        programme=_tried(_programme, top, ProgrammeEntry(), errors),
    )
    if errors:
        raise Invalid(errors)
    return policy


def read_ladder(data: object, path: str) -> LadderEntry:
    """Read one ladder as the file has it, which stands at `path`. Raises `Invalid`."""
    return _ladder(Node(data, path))


def _tried(
    read: Callable[[Fields], Read], top: Fields, otherwise: Read, errors: dict[str, str]
) -> Read:
    """Read one part of the file; what it refuses is told with what the others do."""
    try:
        return read(top)
    except Invalid as refusal:
        errors.update(refusal.errors)
        return otherwise


def _programme(top: Fields) -> ProgrammeEntry:
    if "programme" not in top:
        return ProgrammeEntry()
    fields = top["programme"].fields(HABITS)
    habits: dict[str, Any] = {
        name: fields[name].integer(1, MOST_DAYS)
        for name in ("close_after_days", "pause_cap_days")
        if name in fields
    }
    if "floor_window" in fields:
        habits["floor_window"] = format_window(fields["floor_window"].window())
    if "update_window" in fields.values:
        # Null says that none is owed, which is not the same as saying nothing.
        owed = "update_window" in fields
        habits["update_window"] = format_window(fields["update_window"].window()) if owed else ""
    return ProgrammeEntry(habits)


def _section(top: Fields, name: str, most: int) -> list[Node]:
    return top[name].items(most) if name in top else []


def _calendars(top: Fields) -> tuple[CalendarEntry, ...]:
    nodes = _section(top, "calendars", MOST_CALENDARS)
    calendars = each(nodes, _calendar)
    _refuse_twice(nodes, [calendar.name for calendar in calendars])
    return calendars


def _calendar(node: Node) -> CalendarEntry:
    fields = node.fields(("name", *RULES))
    name = _name(fields["name"])
    given = {key: value for key, value in fields.values.items() if key != "name"}
    try:
        return CalendarEntry(name, Rules.from_json(given))
    except CalendarError as error:
        raise Invalid({f"{node.path}.{printable(error.field)}": error.reason}) from None


def _ladders(top: Fields) -> tuple[LadderEntry, ...]:
    nodes = _section(top, "ladders", MOST_LADDERS)
    ladders = each(nodes, _ladder)
    _refuse_twice(nodes, [ladder.name for ladder in ladders])
    return ladders


def _ladder(node: Node) -> LadderEntry:
    fields = node.fields(LADDER)
    return LadderEntry(
        name=_name(fields["name"]),
        total=fields["total_window"].window(),
        levels=_levels(fields["levels"]),
        calendar=fields.either("calendar", _name, None),
    )


def _levels(node: Node) -> tuple[LevelEntry, ...]:
    nodes = node.items(MOST_LEVELS)
    if not nodes:
        node.refuse("A ladder needs at least one level.")
    levels = each(nodes, _level)
    for number, (at, level) in enumerate(zip(nodes, levels, strict=True), start=1):
        if level.position != number:
            Node(None, f"{at.path}.position").refuse("Levels stand in order, from 1, without gaps.")
    if all(level.concessions_only for level in levels):
        node.refuse("At least one level must take cases, not concessions only.")
    return levels


def _level(node: Node) -> LevelEntry:
    fields = node.fields(LEVEL)
    limits = _authority(fields)
    return LevelEntry(
        position=fields.either("position", lambda n: n.integer(1, MOST_LEVELS), _number(node)),
        name=_name(fields["name"]),
        seats=_seats(fields),
        response=fields["response_window"].window(),
        decision=fields["decision_window"].window(),
        veto=fields.either("veto_window", Node.window, DEFAULT_VETO),
        thresholds=fields.either("thresholds", _thresholds, THRESHOLDS),
        concessions_only=fields.either("concessions_only", Node.flag, otherwise=False),
        urgent=fields.either("urgent", Node.flag, otherwise=False),
        responsibilities=fields.either("responsibilities", _story, ""),
        **limits,
    )


def _number(node: Node) -> int:
    """Return the place of a list's entry, counted from 1."""
    return int(node.path[node.path.rindex("[") + 1 : -1]) + 1


def _seats(fields: Fields) -> tuple[SeatEntry, ...]:
    holder = fields["holder"]
    if not isinstance(holder.value, list):
        user, backup = _email(holder), fields.either("backup", _email, None)
        return (_checked(SeatEntry(user, backup, path=holder.path)),)
    if "backup" in fields:
        fields["backup"].refuse("Name the backup beside each holder of the list.")
    nodes = holder.items(MOST_SEATS)
    if not nodes:
        holder.refuse("A level needs somebody who holds it.")
    seats = each(nodes, _seat)
    taken = set()
    for node, seat in zip(nodes, seats, strict=True):
        place = (seat.region, seat.category, seat.rank)
        if place in taken:
            node.refuse("Two seats for the same region, category and rank.")
        taken.add(place)
    return seats


def _seat(node: Node) -> SeatEntry:
    fields = node.fields(SEAT)
    return _checked(
        SeatEntry(
            user=_email(fields["user"]),
            backup=fields.either("backup", _email, None),
            region=fields.either("region", _name, None),
            category=fields.either("category", _name, None),
            rank=fields.either("rank", lambda n: n.integer(1, 1000), 1),
            path=node.path,
        )
    )


def _checked(seat: SeatEntry) -> SeatEntry:
    if seat.user == seat.backup:
        raise Invalid({seat.path: "The backup must be somebody else than the holder."})
    return seat


def _thresholds(node: Node) -> tuple[int, ...]:
    shares = each(node.items(10), lambda item: item.integer(1, 99))
    if list(shares) != sorted(set(shares)):
        node.refuse("Percentages in ascending order, each once.")
    return shares


def _authority(level: Fields) -> dict[str, Any]:
    if "authority" not in level:
        return {}
    fields = level["authority"].fields(AUTHORITY)
    return {
        "amount": _limit(fields, "amount", Decimal(0)),
        "quarter": _limit(fields, "quarter", None),
        "currency": fields.either("currency", _currency, "EUR"),
        "kinds": _kinds(fields["kinds"]) if "kinds" in fields else (),
    }


def _limit(fields: Fields, name: str, otherwise: Decimal | None) -> Decimal | None:
    """Return a limit; null says there is none, which is not the same as saying nothing."""
    if name in fields.values:
        return fields[name].amount() if name in fields else None
    return otherwise


def _kinds(node: Node) -> tuple[str, ...]:
    return each(node.items(50), _kind)


def _kind(node: Node) -> str:
    name = node.text(40)
    if not is_allowable(name):
        node.refuse(f"Must be one of {NAMED}.")
    return name


def _currency(node: Node) -> str:
    code = node.text(3)
    if code not in MINOR_UNITS:
        node.refuse("Must be a currency's three capital letters, like EUR.")
    return code


def _matrix(top: Fields) -> tuple[RouteEntry, ...] | None:
    if "matrix" not in top:
        return None
    routes = each(top["matrix"].items(MOST_ROUTES), _route)
    if not any(route.catches_all for route in routes):
        top["matrix"].refuse(
            "Needs a line without category, severity, region and tier, which catches what no"
            " other line does."
        )
    return routes


def _route(node: Node) -> RouteEntry:
    fields = node.fields(ROUTE)
    total = fields.either("total_window", Node.window, None)
    veto = fields.either("veto_window", Node.window, None)
    return RouteEntry(
        ladder=_name(fields["ladder"]),
        category=fields.either("category", _name, None),
        severity=fields.either("severity", lambda n: n.word(SEVERITIES), None),
        region=fields.either("region", _name, None),
        tier=fields.either("tier", _name, None),
        start=fields.either("start_level", lambda n: n.integer(1, MOST_LEVELS), 1),
        windows=windows_json(total, veto, _steps(fields)),
        owner=fields.either("owner", _email, None),
        backup=fields.either("backup", _email, None),
    )


def _steps(fields: Fields) -> Sequence[dict[str, Window]]:
    return each(fields["steps"].items(MOST_LEVELS), _step) if "steps" in fields else ()


def _step(node: Node) -> dict[str, Window]:
    fields = node.fields(STEP)
    return {name.removesuffix("_window"): fields[name].window() for name in STEP if name in fields}


def _story(node: Node) -> str:
    return node.text(LONGEST_TEXT, lines=True)


def _name(node: Node) -> str:
    return node.text(LONGEST_NAME)


def _email(node: Node) -> str:
    email = node.text(LONGEST_EMAIL).lower()
    if "@" not in email:
        node.refuse("Must be an e-mail address.")
    return email


def _refuse_twice(nodes: Sequence[Node], names: Iterable[str]) -> None:
    seen = set()
    for node, name in zip(nodes, names, strict=True):
        if name in seen:
            Node(None, f"{node.path}.name").refuse("This name stands in the list already.")
        seen.add(name)
