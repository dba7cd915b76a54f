"""One run: fill a stage, let cases fall due while everything is killed, wait, judge."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from devtools.processes import POLL_SECONDS
from journal.chain import HASHED, first_break
from tests.live.climbs import spread
from tests.prove.chaos.amounts import Load
from tests.prove.chaos.house import House, Stage
from tests.prove.chaos.judge import Violation, figures, judge, lags
from tests.prove.chaos.records import read
from tests.prove.chaos.strikes import CutOff, Strike, Striker

UNREST = """
SELECT count(*) FROM cases_clock
WHERE state = 'running' AND kind IN ('response', 'decision')
    AND due_at < now() + interval '10 minutes'
"""
BEHIND = """
SELECT coalesce(extract(epoch FROM now() - min(next_fire_at)), 0)::float FROM cases_clock
WHERE state = 'running'
"""
# What reminds goes on as long as anybody sweeps: of that only what was told before it all came to
# rest is waited for.
WAITING = """
SELECT (SELECT count(*) FROM journal_notice WHERE state = 'pending' AND created_at < %s)
    + (SELECT count(*) FROM journal_event WHERE seq IS NULL AND at < %s)
"""
AUDITED = "SELECT detail FROM journal_heartbeat WHERE name = 'audit' AND at > %s"
BREACHED = "SELECT count(*) FROM cases_clock WHERE state = 'breached'"
SWEEPS = ("sweepers", "sweeper")
# What a sweep told waits so long for more of the same where none sweeps any more, and a little.
REST_SECONDS = 240.0
LOOK_SECONDS, BEHIND_SECONDS = 1.0, 4.0
# As often as a server that keeps its statistics would; the one for tests does not.
ANALYZE_SECONDS = 20.0


@dataclass
class Play:
    """What runs, who suffers, and how long is waited for what; seconds."""

    load: Load
    strikes: tuple[Strike | CutOff, ...]
    programs: tuple[str, ...] = ()
    sweepers: int = 3
    people: int = 2
    share: float = 0.2
    mutant: str = ""
    rest_within: float = 300.0
    calm_within: float = 0.0
    spoil: tuple[str, ...] = ()


@dataclass
class Ended:
    """How a run went."""

    violations: list[Violation]
    figures: dict[str, int]
    strikes: Counter[str]
    lags: list[float]
    audit: dict[str, int] = field(default_factory=dict)
    broken_chains: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    deadlocks: int = 0
    rested: bool = False

    @property
    def kinds(self) -> Counter[str]:
        """Return how many violations of each kind there are."""
        return Counter(violation.kind for violation in self.violations)

    def report(self, title: str) -> None:
        """Print what happened."""
        print(f"\n{title}")
        print(f"  strikes: {dict(self.strikes)}, {self.strikes.total()} in all")
        print(f"  {self.figures}")
        if self.lags:
            print(f"  due to processed by the sweep: {spread(self.lags)}")
        print(f"  deadlocks: {self.deadlocks}, audit: {self.audit}")
        print(f"  seconds: { {name: round(s, 1) for name, s in self.seconds.items()} }")
        print(f"  violations: {dict(self.kinds)}")
        for violation in self.violations[:12]:
            print(f"    {violation}")


def chains(stage: Stage) -> list[str]:
    """Check each vendor's chain by its own rules; return what is broken."""
    broken = []
    heads = {
        tenant: (seq, digest)
        for tenant, seq, digest in stage.rows("SELECT tenant_id, seq, hash FROM journal_chainhead")
    }
    columns = ", ".join(("seq", "hash", *HASHED))
    for (tenant,) in stage.rows("SELECT id FROM tenants_tenant"):
        rows = stage.rows(
            f"SELECT {columns} FROM journal_event WHERE tenant_id = %s ORDER BY seq", tenant
        )
        entries = (dict(zip(("seq", "hash", *HASHED), row, strict=True)) for row in rows)
        if found := first_break(entries, heads.get(tenant, (0, b""))):
            broken.append(f"{tenant}: {found}")
    return broken


class Run:
    """A play on its stage."""

    def __init__(self, house: House, play: Play) -> None:
        self.play = play
        self.stage = Stage(house, {"CHAOS_MUTANT": play.mutant})
        self.striker = Striker(self.stage, play.strikes)
        self.seconds: dict[str, float] = {}
        self.server_log = house.data / "log" / "postgres.log"
        self.log_begins = self.server_log.stat().st_size

    @property
    def people(self) -> list[str]:
        """Return the programs that answer."""
        return [f"answers-{number}" for number in range(self.play.people)]

    def until(
        self, name: str, statement: str, seconds: float, *facts: object, strike: bool = False
    ) -> bool:
        """Go on until nothing is counted any more, striking or not; tell whether it came to
        that."""
        began = looked = analyzed = time.monotonic()
        done = False
        while not done and time.monotonic() - began < seconds:
            self.stage.look_after()
            if strike:
                self.striker.strike()
            if time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                done = self.stage.value(statement, *facts) == 0
                self.striker.merciful = self.stage.value(BEHIND) > BEHIND_SECONDS
            if time.monotonic() - analyzed > ANALYZE_SECONDS:
                analyzed = time.monotonic()
                self.stage.as_owner("ANALYZE")
            time.sleep(POLL_SECONDS / 2)
        self.seconds[name] = time.monotonic() - began
        return done

    def begin(self) -> None:
        """Fill the stage, and start everything."""
        began = time.monotonic()
        self.stage.run("tests.prove.chaos.load", self.play.load.words())
        self.stage.as_owner("ANALYZE", *self.play.spoil)
        vendors = json.dumps([row[0] for row in self.stage.rows("SELECT id FROM tenants_tenant")])
        sweeper = ("SWEEPER_DATABASE_URL",)
        self.stage.module(
            "sweepers", "tests.prove.chaos.sweepers", str(self.play.sweepers), accounts=sweeper
        )
        for name in self.people:
            words = (str(self.stage.data / f"{name}.jsonl"), str(self.play.share), vendors)
            self.stage.module(name, "tests.prove.chaos.answers", *words)
        self.stage.product(*self.play.programs)
        self.seconds["load"] = time.monotonic() - began

    def audited(self) -> dict[str, int]:
        """Wait for an audit that begins from now on; return what it found."""
        asked: datetime = self.stage.value("SELECT now()")
        self.stage.celery("call", "cases.audit", "--queue=watch")
        limit = time.monotonic() + 60.0
        while not (found := self.stage.rows(AUDITED, asked)) and time.monotonic() < limit:
            self.stage.look_after()
            time.sleep(POLL_SECONDS)
        return dict(found[0][0]) if found else {"no audit": 1}

    def deadlocks(self) -> int:
        """Return how often the server had to break one since this run began."""
        with self.server_log.open("rb") as log:
            log.seek(self.log_begins)
            return log.read().count(b"deadlock detected")

    def go(self) -> Ended:
        """Run it to its end, and judge it."""
        audit: dict[str, int] = {}
        try:
            self.begin()
            rested = self.until("fall due", UNREST, self.play.rest_within, strike=True)
            self.striker.calm()
            at: datetime = self.stage.value("SELECT now()")
            self.stage.end_programs(*self.people)
            if self.play.calm_within:
                self.until("deliver", WAITING, self.play.calm_within, at, at)
                audit = self.audited()
                self.stage.end_programs(*SWEEPS)
                over: datetime = self.stage.value("SELECT now()")
                self.until("deliver the rest", WAITING, REST_SECONDS, over, over)
        finally:
            self.stage.end()
        return replace(self.judged(at, audit), rested=rested)

    def judged(self, at: datetime, audit: dict[str, int]) -> Ended:
        """Judge what is left."""
        found = read(self.stage)
        return Ended(
            judge(found, at),
            figures(found),
            self.striker.done,
            lags(found),
            audit,
            chains(self.stage) if self.play.calm_within else [],
            self.seconds,
            self.deadlocks(),
        )
