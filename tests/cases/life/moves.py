"""What may change between two moments, and what never does."""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from tests.cases.life.facts import Act, Row, Snapshot
from tests.cases.life.hours import Hours
from tests.cases.life.judge import LEVEL, counts
from tests.cases.life.stage import CLOSE_DAYS, FLOOR, LADDERS, MATRIX, STARTS, UPDATE, Rung

Found = Iterator[str]
OVER = ("met", "ended")
CLIMBS = ("escalate", "hand_back", "sweep")
STATUS = {
    "acknowledge": {("new", "in_progress")},
    "decide": {("new", "decided"), ("in_progress", "decided")},
    "revise": {("decided", "in_progress")},
    "resolve": {("new", "resolved"), ("in_progress", "resolved"), ("decided", "resolved")},
    "close": {("resolved", "closed")},
    "reopen": {("resolved", "in_progress"), ("closed", "in_progress")},
    "withdraw": {("new", "withdrawn"), ("in_progress", "withdrawn"), ("decided", "withdrawn")},
    "sweep": {("resolved", "closed")},
}
# What the clock may say; everything else only people do.
OF_THE_CLOCK = {
    *("case.clock.warning", "case.clock.breached", "case.escalated", "case.alarm"),
    *("case.reminder", "case.resumed", "case.pause.review", "case.unowned", "case.closed"),
}


def born(a: Snapshot, b: Snapshot) -> list[Row]:
    """The clocks that were started."""
    return [clock for key, clock in b.clocks.items() if key not in a.clocks]


def kept(a: Snapshot, b: Snapshot) -> Iterator[tuple[Row, Row]]:
    """Each clock as it was and as it is."""
    for key, before in a.clocks.items():
        if key in b.clocks:
            yield before, b.clocks[key]


def rung(s: Snapshot, position: int) -> Rung:
    """What the case's ladder gives on a level, with the windows of its route."""
    levels = LADDERS[s.case["ladder__name"]].levels
    own = levels[position - 1]
    start = s.case["start_position"]
    ahead = [p for p, lv in enumerate(levels, 1) if p >= start and not lv.concessions_only]
    steps = s.case["windows"].get("steps", [])
    step = ahead.index(position) if position in ahead else len(steps)
    said = steps[step] if step < len(steps) else {}
    return own._replace(
        response=said.get("response", own.response),
        decision=said.get("decision", own.decision),
        veto=s.case["windows"].get("veto", own.veto),
    )


def total_window(s: Snapshot) -> str:
    """The window of the whole case."""
    return str(s.case["windows"].get("total", LADDERS[s.case["ladder__name"]].total))


def the_trail_only_grows(a: Snapshot, act: Act, b: Snapshot, _hours: Hours) -> Found:
    """What was said stays as it was said; whatever was done is said, at its own time."""
    if any(b.events.get(key) != event for key, event in a.events.items()):
        yield "an event was changed or is gone"
    new = [event for key, event in b.events.items() if key not in a.events]
    if act.verb == "sweep":
        strange = {event["kind"] for event in new} - OF_THE_CLOCK
        if strange:
            yield f"the sweep did {strange}"
    elif act.done and act.verb != "absence" and not new:
        yield "something was done, and nothing was said"
    if any(event["at"] != act.at for event in new):
        yield "an event has another time than what happened"


def statuses_change_by_their_verbs(a: Snapshot, act: Act, b: Snapshot, _hours: Hours) -> Found:
    """A status changes by the verb that is for it, and not otherwise."""
    change = (a.case["status"], b.case["status"])
    if change[0] != change[1] and change not in STATUS.get(act.verb, set()):
        yield f"{act.verb} took the case from {change[0]} to {change[1]}"


def what_is_over_stays_as_it_was(a: Snapshot, act: Act, b: Snapshot, _hours: Hours) -> Found:
    """Results, earlier cycles, and clocks and turns that are over never change again."""
    if b.results[: len(a.results)] != a.results:
        yield "the result of an earlier cycle was changed"
    # A colleague who takes a turn over takes what was met in it too.
    handed = {"assignment_id"} if act.verb in ("reassign", "hand_over") else set()
    for before, after in kept(a, b):
        names = [name for name in before if before[name] != after[name] and name not in handed]
        old = before["cycle"] < a.case["cycle"]
        if names and (old or before["state"] in OVER or before["met_at"]):
            yield f"a {before['kind']} that was over was changed in {names}"
        elif names and before["state"] == "breached" and not counts(a, before):
            yield f"a {before['kind']} of an earlier turn was changed in {names}"
    for before, after in zip(a.turns, b.turns, strict=False):
        if before["ended_at"] is not None and before != after:
            yield f"turn {before['number']} was over and was changed"
    if len(b.turns) < len(a.turns) or len(b.clocks) < len(a.clocks):
        yield "a turn or a clock is gone"


def a_breach_stays(a: Snapshot, _act: Act, b: Snapshot, _hours: Hours) -> Found:
    """Nothing undoes a breach, or moves it."""
    for before, after in kept(a, b):
        names = ("breached_at", "processed_at", "state", "due_at")
        if before["breached_at"] and any(before[n] != after[n] for n in names):
            yield f"the breach of the {before['kind']} was moved or erased"
        if after["fired"] < before["fired"]:
            yield f"the {before['kind']} forgot what it had told"


def targets_change_by_severity_and_hold_only(
    a: Snapshot, act: Act, b: Snapshot, hours: Hours
) -> Found:
    """Anchor, target and window of a clock stay, so that what was used stays used."""
    for before, after in kept(a, b):
        if before["kind"] in ("reminder", "pause"):
            continue
        if before["anchor"] != after["anchor"]:
            yield f"{act.verb} moved the beginning of the {before['kind']}"
        same = before["target_seconds"] == after["target_seconds"]
        if act.verb == "change_severity":
            if (expected := _retargeted(a, act, b, before, hours)) != after["target_seconds"]:
                yield f"another severity gives the {before['kind']} {expected} seconds, not " + str(
                    after["target_seconds"]
                )
        elif act.verb == "hold":
            if not same and not _held_rightly(a, act, before, after, hours):
                yield f"holding changed the {before['kind']}"
        elif not same or before["window"] != after["window"]:
            yield f"{act.verb} changed the target of the {before['kind']}"


def another_severity_takes_its_line_of_the_matrix(
    a: Snapshot, act: Act, b: Snapshot, _hours: Hours
) -> Found:
    """Windows and the level from which they count are those of the severity, on the same ladder."""
    line = (a.case["windows"], a.case["start_position"])
    if act.verb == "change_severity" and act.done and act.ladder == a.case["ladder__name"]:
        severity = act.facts["severity"]
        line = (MATRIX.get(severity, {}), STARTS.get(severity, 1))
    if (b.case["windows"], b.case["start_position"]) != line:
        yield f"{act.verb} left the case with another line of the matrix than {line}"


def _retargeted(a: Snapshot, act: Act, b: Snapshot, clock: Row, hours: Hours) -> int:
    """The seconds a clock has under the windows of another severity."""
    had = int(clock["target_seconds"])
    level = rung(b, b.case["level__position"])
    windows = {"response": level.response, "decision": level.decision, "total": total_window(b)}
    window = windows.get(clock["kind"])
    # A pause that should have ended before has.
    spans = tuple((start, end or _end_of(a, act)) for start, end in a.spans(clock))
    late = hours.worked(clock["anchor"], act.at, spans) >= had * 1_000_000
    stands = clock["state"] not in ("running", "paused") or late or not act.done
    if stands or act.ladder != a.case["ladder__name"] or window in (None, clock["window"]):
        return had
    target = hours.target(clock["anchor"], window)
    used = hours.worked(clock["anchor"], act.at, spans) // 1_000_000
    given = used + hours.target(act.at, FLOOR) if used >= target else target
    return max(had, given) if _was_held(a, clock) else given


def _was_held(s: Snapshot, clock: Row) -> bool:
    """Whether the window of a clock is the one that holding it gave it last."""
    held = sorted((e for e in s.events.values() if e["kind"] == "case.held"), key=lambda e: e["at"])
    clocks = [one for event in held for one in event["facts"]["clocks"]]
    given = {one["clock"]: one["window"] for one in clocks}
    return bool(given.get(str(clock["id"])) == clock["window"])


def _end_of(s: Snapshot, act: Act) -> datetime | None:
    """When the pause that lasts ended by itself, if it has."""
    over = s.pause is not None and s.pause["ends_by"] <= act.at
    return s.pause["ends_by"] if s.pause and over else None


def _held_rightly(a: Snapshot, act: Act, before: Row, after: Row, hours: Hours) -> bool:
    until = hours.worked(before["anchor"], act.facts["until"], a.spans(before)) // 1_000_000
    mine = before["kind"] in LEVEL and before["state"] == "running" and counts(a, before)
    return bool(mine and after["target_seconds"] == until > before["target_seconds"])


def clocks_start_with_their_full_window(a: Snapshot, act: Act, b: Snapshot, hours: Hours) -> Found:
    """A clock that starts has the full window of what it is for, from that moment on."""
    for clock in born(a, b):
        if clock["kind"] == "pause":
            continue
        window = _window_of(b, clock)
        if clock["anchor"] != act.at or clock["window"] != window:
            yield f"a {clock['kind']} began {clock['anchor']} with {clock['window']}, not {window}"
        elif clock["kind"] != "closing" and clock["target_seconds"] != hours.target(act.at, window):
            yield f"a {clock['kind']} of {window} has {clock['target_seconds']} seconds"


def _window_of(s: Snapshot, clock: Row) -> str:
    level = rung(s, s.case["level__position"])
    return {
        "response": level.response,
        "decision": level.decision,
        "review": level.veto,
        "total": total_window(s),
        "update": UPDATE,
        "request": "PT8H",
        "closing": f"PT{CLOSE_DAYS * 24}H",
        "reminder": "PT1M" if level.response == "PT20S" else level.response,
    }[clock["kind"]]


def a_turn_begins_with_its_clocks(a: Snapshot, act: Act, b: Snapshot, _hours: Hours) -> Found:
    """A new level has both windows anew, a decided case only the first; a colleague on the same
    level gets the clocks as they are. Once for a level and cycle the clock's climb may be sent
    back."""
    started = sorted(clock["kind"] for clock in born(a, b) if clock["kind"] in (*LEVEL, "review"))
    if len(b.turns) == len(a.turns):
        expected = ["decision"] if act.verb == "revise" and act.done else []
    elif act.verb in ("reassign", "hand_over"):
        expected = []
    else:
        expected = ["response"] if b.case["status"] == "decided" else ["decision", "response"]
        if act.verb == "sweep" and b.case["status"] != "decided" and not _was_reviewed(a, b):
            expected.append("review")
    if started != expected:
        yield f"{act.verb} started {started}, not {expected}"


def _was_reviewed(a: Snapshot, b: Snapshot) -> bool:
    positions = {turn["id"]: turn["position"] for turn in a.turns}
    reviews = [clock for clock in a.clocks.values() if clock["kind"] == "review"]
    place = (b.case["cycle"], b.case["level__position"])
    return place in [(one["cycle"], positions[one["assignment_id"]]) for one in reviews]


def one_level_at_a_time(a: Snapshot, act: Act, b: Snapshot, _hours: Hours) -> Found:
    """The clock moves a case one level up at most, also after an outage; nothing but a climb, a
    hand-back or a jump moves it at all."""
    before, after = a.case["level__position"], b.case["level__position"]
    new = len(b.turns) - len(a.turns)
    if new > 1:
        yield f"{act.verb} gave the case {new} new turns"
    if before != after and act.verb not in CLIMBS:
        yield f"{act.verb} moved the case from level {before} to {after}"
    if act.verb == "sweep" and new:
        levels = LADDERS[a.case["ladder__name"]].levels
        ahead = [p for p, lv in enumerate(levels, 1) if p > before and not lv.concessions_only]
        if after != min(ahead, default=None):
            yield f"the clock moved the case from level {before} to {after}"
        if not any(_missed_now(clock, was) for was, clock in kept(a, b)):
            yield "the clock moved a case that had missed nothing"


def _missed_now(clock: Row, was: Row) -> bool:
    return bool(clock["breached_at"] and not was["breached_at"])


def decided_by_who_may(a: Snapshot, act: Act, b: Snapshot, _hours: Hours) -> Found:
    """Only whose turn it is, the backup, or who stands in for one of them, has the last word."""
    if not act.done or act.verb not in ("decide", "resolve", "acknowledge", "revise"):
        return
    turn = a.turn
    people: set[UUID] = set()
    for name in ("owner_id", "backup_id", "on_behalf_of_id"):
        people |= a.stand_ins(turn[name])
    if act.by is not None and act.by not in people:
        yield f"{act.verb} by somebody whose turn it was not"
    if b.case["level_id"] != a.case["level_id"]:
        yield "the last word moved the case"


def an_answer_in_time_wins(a: Snapshot, act: Act, b: Snapshot, _hours: Hours) -> Found:
    """What a verb meets in time is met then, and the sweep meets nothing."""
    for before, after in kept(a, b):
        if before["met_at"] is None and after["met_at"] is not None:
            if act.verb == "sweep":
                yield f"the sweep met the {before['kind']}"
            elif after["state"] == "met" and after["met_at"] != act.at:
                yield f"the {before['kind']} was met at another time"


Rule = Callable[[Snapshot, Act, Snapshot, Hours], Found]
RULES: tuple[Rule, ...] = (
    the_trail_only_grows,
    statuses_change_by_their_verbs,
    what_is_over_stays_as_it_was,
    a_breach_stays,
    targets_change_by_severity_and_hold_only,
    another_severity_takes_its_line_of_the_matrix,
    clocks_start_with_their_full_window,
    a_turn_begins_with_its_clocks,
    one_level_at_a_time,
    decided_by_who_may,
    an_answer_in_time_wins,
)


def violations(a: Snapshot, act: Act, b: Snapshot, hours: Hours) -> list[str]:
    """Return what changed that may not, each with its rule."""
    return [f"{rule.__name__}: {found}" for rule in RULES for found in rule(a, act, b, hours)]
