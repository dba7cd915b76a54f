"""What must be true of a case at every moment, whatever was done to it.

Each rule yields what breaks it, in words. It reads rows and the plain facts of the stage; how time
counts it knows from `hours`, never from the product.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from tests.cases.life.facts import Row, Snapshot
from tests.cases.life.hours import Hours, around_the_clock
from tests.cases.life.stage import clock_due

LEVEL = ("response", "decision")
OWED = (*LEVEL, "request", "total")
# What is on record as missed.
MISSED = (*OWED, "update")
PAUSABLE = ("decision", "total")
SHOWN = (*OWED, "pause")
LIVE = ("running", "paused")
Found = Iterator[str]


def counts(s: Snapshot, clock: Row) -> bool:
    """Whether a missed clock still asks for something."""
    mine = clock["kind"] in ("total", "update") or clock["assignment_id"] == s.case["assignment_id"]
    return mine and clock["cycle"] == s.case["cycle"] and clock["met_at"] is None


def missed(s: Snapshot) -> list[Row]:
    """What was missed and nobody has met."""
    return [
        c
        for c in s.clocks.values()
        if c["state"] == "breached" and c["kind"] in OWED and counts(s, c)
    ]


def live(s: Snapshot) -> list[Row]:
    """The clocks that run or stand still."""
    return [c for c in s.clocks.values() if c["state"] in LIVE]


def due_of(s: Snapshot, clock: Row, hours: Hours, share: int = 100) -> datetime:
    """When a clock is due, or a share of it used, counted from what happened."""
    target_us = clock["target_seconds"] * 1_000_000 * share // 100
    if around_the_clock(clock["kind"]):
        return clock_due(clock["anchor"], target_us)
    return hours.due(clock["anchor"], target_us, s.spans(clock))


def one_owner_one_turn(s: Snapshot, _hours: Hours) -> Found:
    """An open case has one turn, with its owner, on its level; one that is over has none."""
    standing = [turn for turn in s.turns if turn["ended_at"] is None]
    if not s.is_open:
        if standing:
            yield "a case that is over is somebody's turn"
        return
    if [turn["id"] for turn in standing] != [s.case["assignment_id"]]:
        yield f"{len(standing)} turns at once, or not the case's own"
        return
    turn = standing[0]
    for name in ("owner_id", "level_id", "cycle"):
        if turn[name] != s.case[name]:
            yield f"turn and case differ in {name}"
    if turn["owner_id"] is None and not _alarmed(s, turn):
        yield "nobody has the case, and nobody was told"


def _alarmed(s: Snapshot, turn: Row) -> bool:
    return any(
        e["kind"] == "case.unowned" and e["facts"]["assignment"] == str(turn["id"])
        for e in s.events.values()
    )


def turns_are_numbered(s: Snapshot, _hours: Hours) -> Found:
    """Turns are numbered without a gap, and follow one another without one in a cycle."""
    if [turn["number"] for turn in s.turns] != list(range(1, len(s.turns) + 1)):
        yield "turns are not numbered one after the other"
    for earlier, later in zip(s.turns, s.turns[1:], strict=False):
        if earlier["cycle"] == later["cycle"] and earlier["ended_at"] != later["started_at"]:
            yield f"between turns {earlier['number']} and {later['number']} nobody had the case"


def never_forgotten(s: Snapshot, _hours: Hours) -> Found:
    """An open case has something that will fire, and shows what is due next."""
    if s.is_open and not any(c["state"] == "running" for c in s.clocks.values()):
        yield "an open case has nothing that can fire"
    if s.is_open and s.case["due_at"] is None:
        yield "an open case shows no due time"
    reminding = any(c["kind"] == "reminder" and c["state"] == "running" for c in live(s))
    if s.is_open and bool(missed(s)) != reminding:
        yield f"missed: {bool(missed(s))}, reminded of: {reminding}"


def nothing_runs_after_the_end(s: Snapshot, _hours: Hours) -> Found:
    """A case that is over has no clock, a resolved one only that by which it closes."""
    kinds = sorted(c["kind"] for c in live(s))
    allowed = {"resolved": ["closing"], "closed": [], "withdrawn": []}
    if not s.is_open and kinds != allowed[s.case["status"]]:
        yield f"a case that is {s.case['status']} still has {kinds}"
    if s.is_open and "closing" in kinds:
        yield "an open case is about to close"


def only_this_cycle_runs(s: Snapshot, _hours: Hours) -> Found:
    """No clock of an earlier cycle, or of an earlier turn, runs on."""
    for c in live(s):
        if c["cycle"] != s.case["cycle"]:
            yield f"the {c['kind']} of an earlier cycle is {c['state']}"
        elif c["assignment_id"] not in (None, s.case["assignment_id"]):
            yield f"the {c['kind']} of an earlier turn is {c['state']}"
    kinds = [(c["kind"], c["subject"]) for c in live(s)]
    if len(kinds) != len(set(kinds)):
        yield f"two clocks for one thing: {kinds}"


def due_follows_from_what_happened(s: Snapshot, hours: Hours) -> Found:
    """Due is the earliest instant with W(anchor, due) = target."""
    for c in live(s):
        if c["kind"] == "pause" or c["state"] == "paused":
            continue
        due = due_of(s, c, hours)
        if c["due_at"] != due:
            yield f"the {c['kind']} is due {c['due_at']}, and counted out {due}"
        soon = due_of(s, c, hours, 75) if c["thresholds"] else None
        if c["soon_at"] != soon:
            yield f"three quarters of the {c['kind']} are {c['soon_at']}, counted out {soon}"
        coming = [share for share in sorted(c["thresholds"]) if share > c["fired"]]
        fires = due_of(s, c, hours, coming[0]) if coming else due
        if c["next_fire_at"] != fires:
            yield f"the {c['kind']} fires {c['next_fire_at']}, and counted out {fires}"


def a_pause_stops_what_it_may(s: Snapshot, _hours: Hours) -> Found:
    """In a pause decision and total stand still and nothing else does; it has a clock of its own,
    that ends when somebody wanted to look, or when its longest time is over."""
    looking = [c for c in live(s) if c["kind"] == "pause"]
    if s.pause is None:
        yield from (f"the {c['kind']} stands still" for c in live(s) if c["state"] == "paused")
        if looking:
            yield "a pause that is over still has a clock"
        return
    for c in live(s):
        expected = "paused" if c["kind"] in PAUSABLE else "running"
        if c["state"] != expected:
            yield f"the {c['kind']} is {c['state']} in a pause"
    times = [c["due_at"] for c in looking]
    if len(times) != 1 or times[0] not in (s.pause["review_by"], s.pause["ends_by"]):
        yield f"a pause to be looked at {s.pause['review_by']} has its clocks at {times}"


def what_was_missed_is_on_record(s: Snapshot, hours: Hours) -> Found:
    """A clock that was over only after its time was used up was missed, and says when; and none was
    missed whose time was not used up."""
    for c in s.clocks.values():
        over_at = c["met_at"] or c["ended_at"]
        if c["kind"] not in MISSED or (c["breached_at"] is None and over_at is None):
            continue
        target_us = c["target_seconds"] * 1_000_000
        if c["breached_at"] is None:
            if hours.worked(c["anchor"], over_at, s.spans(c)) >= target_us:
                yield f"the {c['kind']} was over {over_at}, after it was due, and not missed"
        elif c["breached_at"] != hours.due(c["anchor"], target_us, s.spans(c)):
            yield f"the {c['kind']} was due at another time than it was missed"
        elif (
            c["breached_at"] > c["processed_at"]
            or (c["met_at"] or c["processed_at"]) < (c["processed_at"])
        ):
            yield f"the {c['kind']} was missed, noticed and met in no order"


def what_is_shown(s: Snapshot, _hours: Hours) -> Found:
    """A case shows what was missed first, else what is due first."""
    shown = tuple(s.case[name] for name in ("due_at", "due_kind", "due_soon_at", "due_missed"))
    running = [c for c in live(s) if c["state"] == "running" and c["kind"] in SHOWN]
    candidates = (missed(s) or running) if s.is_open else []
    if not candidates:
        if shown != (None, "", None, False):
            yield f"nothing is due, and shown is {shown}"
        return
    # An answer that is owed goes before anything else of the same instant.
    first = min((c["due_at"], c["kind"] != "response") for c in candidates)
    ways = {
        (c["due_at"], c["kind"], c["soon_at"], bool(missed(s)))
        for c in candidates
        if (c["due_at"], c["kind"] != "response") == first
    }
    if shown not in ways:
        yield f"shown is {shown}, due first is {ways}"


def one_result_a_cycle(s: Snapshot, _hours: Hours) -> Found:
    """Every earlier cycle left one result."""
    if [row["cycle"] for row in s.results] != list(range(1, s.case["cycle"])):
        yield "not one result for each earlier cycle"
    totals = [c["cycle"] for c in s.clocks.values() if c["kind"] == "total"]
    if sorted(totals) != list(range(1, s.case["cycle"] + 1)):
        yield f"not one total for each cycle: {totals}"


def each_threshold_once(s: Snapshot, _hours: Hours) -> Found:
    """(clock, cycle, threshold) fires at most once, and never a lower one after a higher."""
    told: dict[str, list[int]] = {}
    for event in sorted(s.events.values(), key=lambda e: (e["at"], e["id"])):
        if event["kind"] in ("case.clock.warning", "case.clock.breached", "case.reminder"):
            share = event["facts"].get("share", 100)
            told.setdefault(event["facts"]["clock"], []).append(share)
    for clock, shares in told.items():
        if shares != sorted(set(shares)):
            yield f"a clock was told of {shares}: {clock}"
    for c in s.clocks.values():
        shares = told.get(str(c["id"]), [0])
        if c["kind"] not in ("pause", "closing") and c["fired"] != max(shares):
            yield f"the {c['kind']} says it told of {c['fired']}, the trail of {shares}"


def every_act_outside_the_rules_is_kept(s: Snapshot, _hours: Hours) -> Found:
    """What set a rule aside left one override, open, and nothing else did."""
    outside = {key for key, event in s.events.items() if event["facts"].get("set_aside")}
    if outside != {row["event_id"] for row in s.overrides}:
        yield f"{len(outside)} acts outside the rules, {len(s.overrides)} overrides"
    if any(row["reconciled_at"] for row in s.overrides):
        yield "an override was reconciled by nobody"


def nobody_decides_above_their_authority(s: Snapshot, _hours: Hours) -> Found:
    """A decision names whose turn it was; see `moves` for who that may be."""
    for event in s.events.values():
        if event["kind"] == "case.decided" and event["by_id"] is None:
            yield "a decision that nobody made"


Rule = Callable[[Snapshot, Hours], Found]
RULES: tuple[Rule, ...] = (
    one_owner_one_turn,
    turns_are_numbered,
    never_forgotten,
    nothing_runs_after_the_end,
    only_this_cycle_runs,
    due_follows_from_what_happened,
    a_pause_stops_what_it_may,
    what_was_missed_is_on_record,
    what_is_shown,
    one_result_a_cycle,
    each_threshold_once,
    every_act_outside_the_rules_is_kept,
    nobody_decides_above_their_authority,
)


def violations(s: Snapshot, hours: Hours) -> list[str]:
    """Return what is not as it must be, each with its rule."""
    return [f"{rule.__name__}: {found}" for rule in RULES for found in rule(s, hours)]
