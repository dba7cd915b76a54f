"""A case's life: people do anything at any time, time passes, the sweep runs on time, late, or not
at all for days. After every step the judge looks."""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from cases import actions, handover, pausing, reopening, requests, retiming, updates
from cases.models import Case, Clock
from cases.opening import NewCase, open_case
from cases.rebaseplan import Scope
from cases.rebasing import approve_rebase, ask_rebase
from cases.repair import of_case
from cases.sweep import sweep
from ladder.absences import NewAbsence, end_absence, record_absence
from ladder.models import Absence, CalendarVersion
from ladder.worktime import Rules
from ladder.writing import write_calendar
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Membership
from tests.cases.life import judge, moves
from tests.cases.life.facts import Act, Snapshot, digest, look
from tests.cases.life.hours import Hours, walked
from tests.cases.life.stage import LADDERS, PLACES, Place, make_stage
from tests.cases.life.trail import check_trail
from tests.factories import World

REFUSED = (NotNow, NotAllowed, Invalid)
SECOND = timedelta(seconds=1)
UNITS = {
    "seconds": SECOND,
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
}
MOST_TICKS = 12
STAFF = ("tom", "petra", "marianne", "nina", "bo", "ines")
WORDS = "Because of what we know now."

# Mostly who may; everybody else is there to be refused.
WHO = st.sampled_from(
    ["holder"] * 14 + ["top"] * 2 + ["stand-in", "backup", "ines", "nina", "anna", "pavel"]
)
ABOVE = st.sampled_from(["top"] * 4 + ["above", "holder", "anna"])
# Whether a rule is to be set aside.
ASIDE = st.sampled_from([False, False, False, True])
PARTNER = st.sampled_from(["anna", "anna", "marc", "tom"])
# A moment later, some time later, or just when something falls due.
LATER = st.one_of(
    st.tuples(st.just("seconds"), st.integers(0, 90)),
    st.tuples(st.just("minutes"), st.integers(0, 90)),
    st.tuples(st.just("hours"), st.integers(1, 6)),
    st.tuples(st.just("due"), st.integers(-1, 1)),
)
Gap = tuple[str, int]


def when(likely: Callable[["Life"], object]) -> Callable[[Any], Any]:
    """Do something when it may work, and now and then when it may not."""
    return precondition(lambda self: self.since_opened % 5 == 4 or bool(likely(self)))


class RuleBrokenError(AssertionError):
    """Something that must never be."""


class Life(RuleBasedStateMachine):
    """One vendor, one case at a time, from its opening to its end and back."""

    places: tuple[Place, ...] = PLACES
    # How long a story may be, and how far ahead of its end something can fall due, in days.
    longest, ahead = 120, 110
    # What was done in all stories, and refused.
    seen: ClassVar[Counter[str]] = Counter()
    world: World
    ladder: str
    hours: Hours
    now: datetime
    begins: datetime
    case_id: UUID
    last: Snapshot
    since_opened = 0

    @initialize(
        place=st.integers(0, len(PLACES) - 1),
        ladder=st.sampled_from(sorted(LADDERS)),
        severity=st.sampled_from(["s1", "s2", "s3", "s4"]),
    )
    def begin(self, place: int, ladder: str, severity: str) -> None:
        """Set the stage, and log a case."""
        here = self.places[place % len(self.places)]
        self.hours = walked(here, self.longest + self.ahead)
        self.world, self.ladder = make_stage(here, ladder), ladder
        self.now = self.begins = here.begins
        self.open(severity)

    def ladder_for(self, severity: str) -> str:
        """Return where the matrix leads."""
        return self.ladder if severity != "s4" else next(n for n in LADDERS if n != self.ladder)

    def open(self, severity: str) -> None:
        """Log a case of Alpenwerk's against Rheintor."""
        world = self.world
        with world.scope():
            new = NewCase(
                partner=world.partners["alpenwerk"],
                category=world.categories["lead-routing"],
                title="A lead went past us",
                severity=severity,
                others=((world.partners["rheintor"], "respondent"),),
            )
            self.case_id = open_case(new, by=world["tom"], at=self.now).pk
            self.last = look(self.case_id, self.now)
        self.since_opened = 0
        self.seen["opened"] += 1
        self.judge([])

    # --- Time -------------------------------------------------------------------------------------

    def pass_time(self, gap: Gap) -> None:
        """Let time pass, as far as the story may last."""
        unit, number = gap
        if unit == "due":
            ahead = [c["due_at"] for c in judge.live(self.last) if c["state"] == "running"]
            fires = [c["next_fire_at"] for c in judge.live(self.last) if c["next_fire_at"]]
            coming = sorted(instant for instant in ahead + fires if instant >= self.now - SECOND)
            then = coming[0] + number * SECOND if coming else self.now
        else:
            then = self.now + number * UNITS[unit]
        self.now = max(self.now, min(then, self.begins + timedelta(days=self.longest)))

    def tick(self) -> None:
        """Sweep once, and once more at the same instant, which does nothing."""
        batches = sweep(lambda: self.now)
        if any(batch.stuck for batch in batches):
            raise RuleBrokenError("the sweep could not move the case")
        self.look(Act("sweep", self.now))
        if sweep(lambda: self.now):
            raise RuleBrokenError("a second sweep of the same instant found something to do")

    @rule(gap=LATER)
    def sweep_on_time_or_late(self, gap: Gap) -> None:
        """The sweep runs, when something falls due or some time after."""
        self.pass_time(gap)
        self.tick()

    @rule(hours=st.integers(1, 16))
    def sweep_all_the_while(self, hours: int) -> None:
        """Time passes, and the sweep runs whenever something is due."""
        until = min(self.now + hours * UNITS["hours"], self.begins + timedelta(days=self.longest))
        for _ in range(MOST_TICKS):
            fires = [c["next_fire_at"] for c in judge.live(self.last) if c["next_fire_at"]]
            following = min(fires, default=until)
            if following > until:
                break
            self.now = max(self.now, following)
            self.tick()

    @precondition(lambda self: self.since_opened % 4 == 3)
    @rule(days=st.sampled_from([1, 1, 2, 3, 8, 24]))
    def outage(self, days: int) -> None:
        """Nothing sweeps for days, then once."""
        self.pass_time(("days", days))
        self.tick()

    # --- Verbs ------------------------------------------------------------------------------------

    def person(self, who: str) -> Membership | None:
        """Return who acts: by name, or by what they are to the case."""
        turn = self.last.turn
        if who in self.world.people:
            return self.world[who]
        if who == "top":
            return self.world["marianne"]
        if who == "above":
            return self.world["petra"]
        by_user = {member.user_id: member for member in self.world.people.values()}
        if who == "backup":
            return by_user.get(turn["backup_id"], self.world["bo"])
        if who == "stand-in":
            others = self.last.stand_ins(turn["owner_id"]) - {turn["owner_id"]}
            return by_user[min(others)] if others else self.world["nina"]
        # Where nobody has the case an admin tries: without a person it would be the system.
        return by_user.get(turn["owner_id"], self.world["ines"])

    @property
    def owner_is_away(self) -> bool:
        """Whether somebody stands in for who has the case."""
        return len(self.last.stand_ins(self.last.turn["owner_id"])) > 1

    @property
    def at_top(self) -> bool:
        """Whether there is no level above the case."""
        levels = LADDERS[self.last.case["ladder__name"]].levels
        return bool(self.last.case["level__position"] == len(levels))

    def act(
        self, gap: Gap, verb: str, function: Callable[..., Any], who: str, **facts: Any
    ) -> None:
        """Do something; a refusal has a reason, and changes nothing."""
        self.pass_time(gap)
        by, done = self.person(who), True
        with self.world.scope():
            before = digest()
        try:
            with self.world.scope():
                case = Case.objects.get(pk=self.case_id)
                function(case, by=by, at=self.now, **facts)
        except REFUSED:
            done = False
            with self.world.scope():
                if digest() != before:
                    raise RuleBrokenError(f"{verb} was refused and changed something") from None
        self.since_opened += 1
        leads_to = self.ladder_for(facts.get("severity", ""))
        self.look(Act(verb, self.now, by.user_id if by else None, facts, done, leads_to))

    def partner(self, name: str) -> UUID:
        """Return a partner's id by its contact."""
        return self.world.partners["rheintor" if name == "marc" else "alpenwerk"].pk

    @when(lambda self: self.last.waits_for("response"))
    @rule(gap=LATER, who=WHO)
    def acknowledge(self, gap: Gap, who: str) -> None:
        self.act(gap, "acknowledge", actions.acknowledge, who)

    @rule(
        gap=LATER,
        who=st.sampled_from(["anna", "marc", "holder", "ines"]),
        audience=st.sampled_from(["party", "parties", "internal"]),
        asks=st.booleans(),
    )
    def message(self, gap: Gap, who: str, audience: str, asks: bool) -> None:
        if who in ("anna", "marc"):
            audience = "party"
        named = self.partner(who) if audience == "party" else None
        facts = {"body": WORDS, "audience": audience, "partner_id": named, "asks": asks}
        self.act(gap, "message", actions.add_message, who, **facts)

    @when(lambda self: self.last.moves and not self.at_top)
    @rule(gap=LATER, who=WHO, to=st.sampled_from([None, None, None, 2, 3, 4, 5]), aside=ASIDE)
    def escalate(self, gap: Gap, who: str, to: int | None, aside: bool) -> None:
        who = "top" if to == 4 and not aside else who
        facts = {"reason": WORDS, "to_level": to, "override": aside}
        self.act(gap, "escalate", actions.escalate, who, **facts)

    @when(lambda self: self.last.moves and self.last.came_up)
    @rule(gap=LATER, who=WHO, aside=ASIDE)
    def hand_back(self, gap: Gap, who: str, aside: bool) -> None:
        self.act(gap, "hand_back", actions.hand_back, who, reason=WORDS, override=aside)

    @when(lambda self: self.last.is_open)
    @rule(gap=LATER, who=WHO)
    def share_update(self, gap: Gap, who: str) -> None:
        said = {"happened": WORDS, "next_step": "Petra looks at the dates."}
        self.act(gap, "update", updates.share_update, who, **said)

    @when(lambda self: self.since_opened % 3 == 1 and self.last.is_open)
    @rule(gap=LATER, who=WHO, to=st.sampled_from(STAFF))
    def reassign(self, gap: Gap, who: str, to: str) -> None:
        named = self.world[to].user_id
        self.act(gap, "reassign", actions.reassign, who, reason=WORDS, to_user_id=named)

    @when(lambda self: self.last.moves and not self.last.waits_for("request"))
    @rule(gap=LATER, who=WHO, outcome=st.sampled_from(["upheld", "partly", "rejected"]))
    def decide(self, gap: Gap, who: str, outcome: str) -> None:
        self.act(gap, "decide", actions.decide, who, outcome=outcome, reason=WORDS)

    @when(lambda self: self.last.case["status"] == "decided")
    @rule(gap=LATER, who=WHO)
    def revise(self, gap: Gap, who: str) -> None:
        self.act(gap, "revise", actions.revise, who, reason=WORDS)

    @when(lambda self: self.last.is_open and self.since_opened % 12 > 9)
    @rule(gap=LATER, who=WHO, resolution=st.sampled_from(["Settled.", "Settled.", ""]))
    def resolve(self, gap: Gap, who: str, resolution: str) -> None:
        self.act(gap, "resolve", actions.resolve, who, resolution=resolution)

    @precondition(lambda self: not self.last.is_open)
    @rule(gap=LATER, who=WHO)
    def close(self, gap: Gap, who: str) -> None:
        self.act(gap, "close", actions.close, who)

    @precondition(lambda self: not self.last.is_open)
    @rule(gap=LATER, who=WHO, days=st.integers(0, 20))
    def reopen(self, gap: Gap, who: str, days: int) -> None:
        self.pass_time(("days", days))
        self.act(gap, "reopen", reopening.reopen, who, reason=WORDS)

    @precondition(lambda self: self.since_opened > 15)
    @rule(gap=LATER, who=st.sampled_from(["holder", "anna", "marc"]))
    def withdraw(self, gap: Gap, who: str) -> None:
        self.act(gap, "withdraw", actions.withdraw, who, reason=WORDS)

    @precondition(lambda self: self.last.case["status"] in ("closed", "withdrawn"))
    @rule(severity=st.sampled_from(["s1", "s2", "s3"]))
    def log_another(self, severity: str) -> None:
        self.open(severity)

    @when(lambda self: self.last.moves and not self.at_top)
    @rule(gap=LATER, who=PARTNER, named=st.sampled_from(["own", "own", "own", "marc"]))
    def request_level(self, gap: Gap, who: str, named: str) -> None:
        partner = self.partner(who if named == "own" else named)
        self.act(gap, "request", requests.request_level, who, partner_id=partner, reason=WORDS)

    @when(lambda self: self.last.asked)
    @rule(gap=LATER, who=WHO, whose=st.sampled_from(["anna", "marc"]))
    def decline(self, gap: Gap, who: str, whose: str) -> None:
        partner = self.last.asked or self.partner(whose)
        self.act(gap, "decline", requests.decline_request, who, partner_id=partner, reason=WORDS)

    @when(lambda self: self.last.case["status"] == "in_progress" and self.last.pause is None)
    @rule(
        gap=LATER,
        who=WHO,
        reason=st.sampled_from(["evidence", "answer", "customer", "third_party", "standstill"]),
        hours=st.integers(1, 120),
    )
    def pause(self, gap: Gap, who: str, reason: str, hours: int) -> None:
        owes = self.partner("anna") if reason in ("evidence", "answer") else None
        self.pass_time(gap)
        look_again = self.now + hours * UNITS["hours"]
        self.act(
            ("seconds", 0),
            "pause",
            pausing.pause,
            who,
            reason=reason,
            waits_for=WORDS,
            partner_id=owes,
            review_by=look_again,
        )

    @when(lambda self: self.last.pause)
    @rule(gap=LATER, who=WHO)
    def resume(self, gap: Gap, who: str) -> None:
        self.act(gap, "resume", pausing.resume, who)

    @when(lambda self: self.last.pause)
    @rule(gap=LATER, who=WHO, hours=st.integers(1, 120))
    def keep_waiting(self, gap: Gap, who: str, hours: int) -> None:
        self.pass_time(gap)
        look_again = self.now + hours * UNITS["hours"]
        self.act(("seconds", 0), "keep_waiting", pausing.keep_waiting, who, review_by=look_again)

    @when(lambda self: self.last.is_open)
    @rule(gap=LATER, who=WHO, severity=st.sampled_from(["s1", "s2", "s3", "s4"]))
    def change_severity(self, gap: Gap, who: str, severity: str) -> None:
        self.act(
            gap, "change_severity", retiming.change_severity, who, severity=severity, reason=WORDS
        )

    @when(lambda self: self.last.moves and not self.at_top)
    @rule(gap=LATER, who=ABOVE, hours=st.integers(1, 200), aside=ASIDE)
    def hold(self, gap: Gap, who: str, hours: int, aside: bool) -> None:
        self.pass_time(gap)
        facts = {"until": self.now + hours * UNITS["hours"], "override": aside}
        self.act(("seconds", 0), "hold", retiming.hold, who, reason=WORDS, **facts)

    @precondition(lambda self: self.last.is_open and self.since_opened % 3 == 1)
    @rule(gap=LATER, whole=st.booleans())
    def rebase(self, gap: Gap, whole: bool) -> None:
        """The calendar gets a day off that no story reaches, and its clocks, or all of the case,
        are put on the rules of today: by which everything is due as it was."""

        def carry(case: Case, *, by: Membership, at: datetime) -> None:
            with transaction.atomic():
                last = CalendarVersion.objects.latest("number")
                day_off = f"{2090 + last.number}-06-01"
                hours = {**last.rules, "holidays": [*last.rules["holidays"], day_off]}
                write_calendar(last.calendar.name, Rules.from_json(hours))
                scope = Scope(case.pk) if whole else Scope(calendar_id=last.calendar_id)
                asked = ask_rebase(scope, by=by, at=at, reason=WORDS)
                approve_rebase(asked, by=self.world["olga"], at=at, word=WORDS)

        self.act(gap, "rebase", carry, "ines")

    # --- People -----------------------------------------------------------------------------------

    @when(lambda self: len(self.last.absences) < 3)
    @rule(
        gap=LATER,
        person=st.sampled_from(STAFF),
        delegate=st.sampled_from([None, *STAFF]),
        days=st.integers(1, 20),
        weekdays=st.sampled_from([(), (), (1, 5), (3,)]),
    )
    def go_away(
        self, gap: Gap, person: str, delegate: str | None, days: int, weekdays: tuple[int, ...]
    ) -> None:
        """Somebody is away from now on."""

        def record(_case: Case, *, by: Membership | None, at: datetime) -> None:
            new = NewAbsence(
                person_id=self.world[person].user_id,
                delegate_id=self.world[delegate].user_id if delegate else None,
                starts_at=at,
                ends_at=at + days * UNITS["days"],
                weekdays=weekdays,
                zone="Europe/Berlin",
            )
            record_absence(new, by=by, at=at)

        self.act(gap, "absence", record, "ines")

    @precondition(lambda self: self.last.absences and self.since_opened % 4 == 2)
    @rule(gap=LATER, which=st.integers(0, 5))
    def come_back(self, gap: Gap, which: int) -> None:
        """Somebody is there again before their time."""

        def end(_case: Case, *, by: Membership | None, at: datetime) -> None:
            rows = self.last.absences
            end_absence(Absence.objects.get(pk=rows[which % len(rows)]["id"]), by=by, at=at)

        self.act(gap, "absence", end, "ines")

    @precondition(lambda self: self.last.absences and self.owner_is_away)
    @rule(
        gap=LATER,
        who=st.sampled_from(["holder", "stand-in", "ines", "anna"]),
        which=st.integers(0, 5),
    )
    def hand_over(self, gap: Gap, who: str, which: int) -> None:
        rows = self.last.absences
        absence = rows[which % len(rows)]["id"]
        self.act(gap, "hand_over", handover.hand_over, who, absence_id=absence)

    # --- The judge --------------------------------------------------------------------------------

    def look(self, act: Act) -> None:
        """Look at the case again, and judge."""
        before = self.last
        self.seen[act.verb if act.done else "refused"] += 1
        with self.world.scope():
            self.last = look(self.case_id, self.now)
            changed = self.last.case["version"] != before.case["version"]
            case = Case.objects.get(pk=self.case_id) if changed and self.last.is_open else None
            differing = of_case(case) if case else []
        self.seen["outside the rules"] += len(self.last.overrides) - len(before.overrides)
        # On either ladder the second level follows the first.
        way = (before.case["level__position"], self.last.case["level__position"])
        self.seen["jump"] += act.verb == "escalate" and act.done and way in ((1, 3), (1, 4))
        found = [f"the product itself finds: {one}" for one in differing]
        self.judge(found + moves.violations(before, act, self.last, self.hours))

    def judge(self, found: list[str]) -> None:
        """Fail where anything is not as it must be."""
        found = found + judge.violations(self.last, self.hours)
        if found:
            raise RuleBrokenError("\n".join(found))

    def teardown(self) -> None:
        """Judge the trail as a whole, and leave nothing behind that a sweep would move."""
        if not hasattr(self, "world"):
            return
        try:
            # After a step that broke a rule the trail may say the same in other words.
            if sys.exception() is None:
                check_trail(self.world, self.now)
                self.seen["trail"] += 1
        finally:
            with self.world.scope():
                Clock.objects.filter(state="running").update(
                    state="ended", ended_at=self.now, next_fire_at=None
                )
