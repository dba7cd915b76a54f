"""Judges what is left of a run by rules of its own: nothing here asks the sweep how it decides.

`judge` returns every violation it finds, each of one kind:

lost          a missed window that nothing followed, or that nobody noticed
twice         a second escalation, breach, alarm, reminder or warning of one deadline
answered      an escalation although the answer came in time, or an answer that was written over
unheard       an answer somebody saw accepted, and that is not in the trail
turns         a gap or a repeat in the numbers of turns, not one open turn, not the case's own
untold        somebody who had to hear of an event and did not
told_twice    somebody told twice of one event on one channel
stranger      somebody told of an event who had nothing to do with it
unsent        what never left in a mail, or a mail that carries no id
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.prove.chaos.records import CaseRow, ClockRow, EventRow, Records, TurnRow

ONCE = ("case.escalated", "case.clock.breached", "case.alarm", "case.reminder")
REMINDING = ("case.clock.warning", "case.reminder")
EVENTS_OF = {
    "acknowledge": "case.acknowledged",
    "decide": "case.decided",
    "pause": "case.paused",
    "resume": "case.resumed",
    "change_severity": "case.severity_changed",
    "share_update": "case.update",
}
OTHERS = ("pause", "resume", "change_severity", "share_update")
FAR = timedelta(minutes=10)


class Violation(NamedTuple):
    """Something that must not be."""

    kind: str
    case: str
    detail: str


def turns(found: Records, case: CaseRow) -> Iterator[Violation]:
    """Turns are numbered without a gap, each a level higher; one is open, and it is the case's."""
    own = found.turns[case.id]
    if [turn.number for turn in own] != list(range(1, len(own) + 1)):
        yield Violation("turns", case.id, f"numbers {[turn.number for turn in own]}")
    if [turn.position for turn in own] != list(range(1, len(own) + 1)):
        yield Violation("turns", case.id, f"positions {[turn.position for turn in own]}")
    unfinished = [turn for turn in own if turn.ended_at is None]
    if [turn.id for turn in unfinished] != [case.turn]:
        yield Violation("turns", case.id, f"{len(unfinished)} open turns")
    elif (unfinished[0].owner, unfinished[0].level) != (case.owner, case.level):
        yield Violation("turns", case.id, "not with who has the turn")
    ended = {turn.id for turn in own if turn.ended_at}
    for clock in found.clocks[case.id]:
        if clock.state == "running" and clock.turn in ended:
            yield Violation("turns", case.id, f"a {clock.kind} clock outlives its turn")


def waiting(found: Records, case: CaseRow, at: datetime) -> Iterator[Violation]:
    """Nothing that was due is still waiting, and every case waits for something."""
    running = [clock for clock in found.clocks[case.id] if clock.state == "running"]
    for clock in running:
        if clock.kind != "reminder" and clock.due_at < at + FAR:
            yield Violation("lost", case.id, f"a {clock.kind} clock nobody noticed")
    if not running:
        yield Violation("lost", case.id, "nothing runs")


def missed(found: Records, case: CaseRow) -> Iterator[Violation]:
    """A missed window is in the trail once; the sweep's miss moved the case, once, just then. At
    the top it raised the alarm."""
    breaches = Counter(e.facts["clock"] for e in found.named(case.id, "case.clock.breached"))
    followed = Counter(
        e.facts["clock"] for e in found.named(case.id, "case.escalated", "case.alarm")
    )
    for turn in found.turns[case.id]:
        clocks = [c for c in found.clocks[case.id] if c.turn == turn.id and c.state == "breached"]
        for clock in clocks:
            if breaches[clock.id] == 0:
                yield Violation("lost", case.id, f"a missed {clock.kind} is not in the trail")
        for at in {c.processed_at for c in clocks if found.by_sweep(c)}:
            together = [c for c in clocks if c.processed_at == at]
            yield from _consequence(found, turn, together, followed)


def _consequence(
    found: Records, turn: TurnRow, together: list[ClockRow], followed: Counter[str]
) -> Iterator[Violation]:
    """What was missed together has one consequence, of one that was due first."""
    first = min(clock.due_at for clock in together)
    named = [clock for clock in together if followed[clock.id]]
    kinds = " and ".join(clock.kind for clock in together)
    if not any(clock.due_at == first for clock in named):
        yield Violation("lost", turn.case, f"nothing followed a missed {kinds}")
    if not found.is_top(turn) and turn.ended_at != together[0].processed_at:
        yield Violation("lost", turn.case, f"the turn went on after a missed {kinds}")
    if len(named) > 1:
        yield Violation("twice", turn.case, "two consequences of one moment")


def climbs(found: Records, case: CaseRow) -> Iterator[Violation]:
    """Each turn after the first has one event that says why, and the other way round."""
    begun = Counter(turn.id for turn in found.turns[case.id][1:])
    said = Counter(e.facts["assignment"] for e in found.named(case.id, "case.escalated"))
    for turn, number in (said - begun).items():
        yield Violation("twice", case.id, f"{number} escalations too many to turn {turn}")
    for turn in begun - said:
        yield Violation("lost", case.id, f"turn {turn} began without a word")


def once(found: Records, case: CaseRow) -> Iterator[Violation]:
    """Nothing is said twice of one deadline; reminders count from one."""
    said = Counter(
        (e.kind, e.facts["clock"], e.facts.get("share")) for e in _about_clocks(found, case)
    )
    for (kind, clock, _share), number in said.items():
        if number > 1:
            yield Violation("twice", case.id, f"{number} times {kind} of clock {clock}")
    fired = {c.id: c.fired for c in found.clocks[case.id] if c.kind == "reminder"}
    reminders = Counter(e.facts["clock"] for e in found.named(case.id, "case.reminder"))
    if {c: n for c, n in fired.items() if n} != dict(reminders):
        yield Violation("twice", case.id, f"reminders {fired}, in the trail {dict(reminders)}")


def _about_clocks(found: Records, case: CaseRow) -> list[EventRow]:
    return found.named(case.id, *ONCE, "case.clock.warning")


def in_time(found: Records, case: CaseRow) -> Iterator[Violation]:
    """What was answered in time was not missed, and moved nothing; what is met was in time."""
    moved = {e.facts["clock"] for e in found.named(case.id, "case.escalated", "case.alarm")}
    for clock in found.clocks[case.id]:
        if clock.met_at is None:
            continue
        timely = clock.met_at < clock.due_at
        if timely and (clock.state != "met" or clock.id in moved):
            yield Violation("answered", case.id, f"a {clock.kind} was met in time, and escalated")
        if not timely and clock.state != "breached":
            yield Violation("answered", case.id, f"a late {clock.kind} passes for met")
        if clock.state == "breached" and clock.id in moved and not found.by_sweep(clock):
            yield Violation("answered", case.id, "an answer moved the case")


def standing(found: Records, case: CaseRow) -> Iterator[Violation]:
    """A case stands as the last answer has left it."""
    expected = "new"
    if found.named(case.id, "case.acknowledged"):
        expected = "in_progress"
    if found.named(case.id, "case.decided"):
        expected = "decided"
    if case.status != expected:
        yield Violation("answered", case.id, f"is {case.status} and was answered: {expected}")


def heard(found: Records) -> Iterator[Violation]:
    """What somebody saw accepted happened once, and what they saw refused did not."""
    trail = Counter((e.case, e.kind, e.at) for e in found.events if e.kind in EVENTS_OF.values())
    seen: dict[tuple[str, str, datetime], Counter[str]] = defaultdict(Counter)
    for answer in found.answers:
        # Two people may have answered in the same microsecond.
        seen[answer.case, EVENTS_OF[answer.verb], answer.at][answer.said] += 1
    for key, said in seen.items():
        if not said["done"] <= trail[key] <= said["done"] + said["unknown"]:
            yield Violation("unheard", key[0], f"{dict(said)}, and {trail[key]} in the trail")


def told(found: Records) -> Iterator[Violation]:
    """Who has to hear of an event was told once in the app and once by e-mail, and nobody else."""
    for event in found.events:
        people = {user for user in who_hears(found, event) if user and user != event.by}
        wanted = Counter((user, channel) for user in people for channel in ("bell", "email"))
        got = found.told.get(event.id, Counter())
        for key in wanted - got:
            yield Violation("untold", event.case or "", f"{event.kind} by {key[1]}")
        for key in got:
            if key not in wanted:
                yield Violation("stranger", event.case or "", f"{event.kind} by {key[1]}")
            elif got[key] > 1:
                yield Violation("told_twice", event.case or "", f"{event.kind} by {key[1]}")


def who_hears(found: Records, event: EventRow) -> set[str | None]:
    """Return who has to hear of an event."""
    admins = found.admins[event.tenant]
    if event.case is None:
        return {*admins}
    contacts = found.contacts.get(event.case, set())
    levels = {turn.position: turn.owner for turn in found.turns[event.case]}
    holder = levels.get(event.facts.get("position", 0))
    hears: dict[str, set[str | None]] = {
        "case.escalated": {event.facts.get("owner"), event.facts.get("previous_owner"), *contacts},
        "case.opened": {holder, *contacts},
        "case.acknowledged": {*contacts},
        "case.decided": {holder, *contacts},
        "case.paused": {*contacts},
        # By another verb it is said in that one's words.
        "case.resumed": {*contacts} if event.facts.get("cause") == "resumed" else set(),
        "case.update": {*contacts},
        "case.severity_changed": set(),
        "case.alarm": {holder, *admins},
        "case.reminder": {holder, *admins},
        "case.clock.warning": {holder},
        "case.clock.breached": set(),
    }
    if event.kind == "case.severity_changed":
        following = found.turn_at(event.case, event.at).position + 1
        next_one = found.seats.get((event.tenant, following))
        return {next_one, *(contacts if event.facts["clocks"] else ())}
    return hears[event.kind]


def mailed(found: Records) -> Iterator[Violation]:
    """Everything has left in a mail that went out at least once under its id, and no other mail
    has. What only reminds of a clock that has stopped meanwhile stays at home."""
    running = {c.id for own in found.clocks.values() for c in own if c.state == "running"}
    for row in found.mails:
        settled = row.kind in REMINDING and row.clock not in running
        if row.state == "dropped" and settled:
            continue
        if row.state != "sent" or not found.copies[row.mail]:
            said = f"notice {row.notice} is {row.state}, {found.copies[row.mail]} sent"
            yield Violation("unsent", "", said)
    known = {row.mail for row in found.mails if row.state == "sent"}
    for ident in found.copies:
        if ident not in known:
            yield Violation("unsent", "", f"a mail about nothing: {ident}")


PER_CASE: tuple[Callable[[Records, CaseRow], Iterator[Violation]], ...] = (
    turns,
    missed,
    climbs,
    once,
    in_time,
    standing,
)
OVERALL: tuple[Callable[[Records], Iterator[Violation]], ...] = (heard, told, mailed)


def judge(found: Records, at: datetime) -> list[Violation]:
    """Return everything that is wrong with a run that came to rest at an instant."""
    violations: list[Violation] = []
    for case in found.cases.values():
        violations += waiting(found, case, at)
        for rule in PER_CASE:
            violations += rule(found, case)
    for overall in OVERALL:
        violations += overall(found)
    return violations


def figures(found: Records) -> dict[str, int]:
    """Return how much there was to judge."""
    clocks = [clock for own in found.clocks.values() for clock in own]
    said = Counter(answer.said for answer in found.answers)
    said_of = Counter(answer.verb for answer in found.answers if answer.said == "done")
    in_time_answers = [c for c in clocks if c.state == "met" and c.kind in ("response", "decision")]
    return {
        "cases": len(found.cases),
        "breaches": sum(clock.state == "breached" for clock in clocks),
        "by the sweep": sum(map(found.by_sweep, clocks)),
        "escalations": sum(event.kind == "case.escalated" for event in found.events),
        "deadlines met in time": len(in_time_answers),
        **{verb: said_of[verb] for verb in OTHERS},
        "met late": sum(c.state == "breached" and c.met_at is not None for c in clocks),
        **{f"answers {word}": said[word] for word in ("done", "refused", "unknown")},
        "events": len(found.events),
        "bells": sum(
            number
            for told_of in found.told.values()
            for (_, channel), number in told_of.items()
            if channel == "bell"
        ),
        "e-mail notices": len(found.mails),
        "mails": len(found.copies),
        "repeated mails": found.copies.total() - len(found.copies),
    }


def lags(found: Records) -> list[float]:
    """Return the seconds from due to processed by the sweep, shortest first."""
    return sorted(
        (clock.processed_at - clock.due_at).total_seconds()
        for own in found.clocks.values()
        for clock in own
        if clock.processed_at and found.by_sweep(clock)
    )
