"""Who kills, freezes and cuts off, each kind at its own pace."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from devtools.processes import is_alive
from tests.prove.chaos.house import Stage, session

# Who is killed while it starts never starts: Celery takes several seconds on a busy machine.
SETTLED_SECONDS = 8.0
SESSIONS = """
SELECT pg_terminate_backend(pid) FROM (
    SELECT pid FROM pg_stat_activity
    WHERE datname = %s AND usename = %s AND (state <> 'idle' OR %s) ORDER BY random() LIMIT 1
) victim
"""


def children(pid: int) -> list[int]:
    """Return the processes that a process has begun."""
    with suppress(OSError):
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in listed]
    return []


@dataclass(frozen=True, slots=True)
class Strike:
    """One kind of misfortune: what it is called, every how many seconds it comes, whom it hits.
    With `freeze` the victim stands still for up to so many seconds, and then goes on."""

    name: str
    every: float
    program: str
    group: bool = False
    child: bool = False
    freeze: float = 0.0


@dataclass(frozen=True, slots=True)
class CutOff:
    """Sessions of one account ended, half of them in the middle of something."""

    name: str
    every: float
    account: str


SWEEPERS = (
    Strike("sweeper killed", 0.6, "sweepers", child=True),
    Strike("sweeper frozen", 3.0, "sweepers", child=True, freeze=5.0),
    CutOff("sweeper's session ended", 0.9, "parley_sweeper"),
    CutOff("app's session ended", 0.6, "parley_app"),
)
EVERYBODY = (
    *SWEEPERS,
    Strike("sweep worker's child killed", 5.0, "sweeper", child=True),
    Strike("sweep worker killed", 31.0, "sweeper"),
    Strike("sweep worker frozen", 23.0, "sweeper", group=True, freeze=4.0),
    Strike("worker's child killed", 4.0, "worker", child=True),
    Strike("worker killed", 37.0, "worker"),
    Strike("worker frozen", 13.0, "worker", group=True, freeze=4.0),
    Strike("watcher's child killed", 7.0, "watcher", child=True),
    Strike("watcher killed", 41.0, "watcher"),
    Strike("watcher frozen", 19.0, "watcher", group=True, freeze=4.0),
    Strike("beat killed", 43.0, "beat"),
    Strike("broker killed", 12.0, "valkey"),
    Strike("broker frozen", 17.0, "valkey", freeze=6.0),
)


@dataclass
class Striker:
    """Carries out what is due, and lets go whom it froze."""

    stage: Stage
    kinds: tuple[Strike | CutOff, ...]
    # Whether to spare whoever sweeps: behind by seconds, on a slow machine, nothing would move.
    merciful: bool = False
    dice: random.Random = field(default_factory=lambda: random.Random(11))  # noqa: S311 - any will do
    done: Counter[str] = field(default_factory=Counter)
    due: dict[str, float] = field(default_factory=dict)
    frozen: list[tuple[float, Callable[[int], None]]] = field(default_factory=list)

    def strike(self) -> None:
        """Carry out everything whose time has come."""
        now = time.monotonic()
        self._thaw(now)
        for kind in self.kinds:
            if now < self.due.setdefault(kind.name, now + self._pause(kind.every)):
                continue
            self.due[kind.name] = now + self._pause(kind.every)
            if self.merciful and kind in SWEEPERS:
                continue
            struck = self._cut(kind) if isinstance(kind, CutOff) else self._hit(kind)
            self.done[kind.name] += struck

    def calm(self) -> None:
        """Let everybody go on."""
        self._thaw(float("inf"))

    def _pause(self, every: float) -> float:
        return every * self.dice.uniform(0.4, 1.6)

    def _thaw(self, now: float) -> None:
        for until, send in [one for one in self.frozen if one[0] <= now]:
            send(signal.SIGCONT)
            self.frozen.remove((until, send))

    def _hit(self, kind: Strike) -> int:
        send = self._victim(kind)
        if send is None:
            return 0
        if kind.freeze:
            until = time.monotonic() + self.dice.uniform(0.2, 1.0) * kind.freeze
            send(signal.SIGSTOP)
            self.frozen.append((until, send))
        else:
            send(signal.SIGKILL)
        return 1

    def _victim(self, kind: Strike) -> Callable[[int], None] | None:
        """Return what sends a signal to the victim, None where there is nobody to hit."""
        pid = self.stage.leader(kind.program)
        if pid is None or self.stage.age(kind.program) < SETTLED_SECONDS:
            return None
        if kind.child:
            living = [child for child in children(pid) if is_alive(child)]
            if not living:
                return None
            pid = self.dice.choice(living)
        end = os.killpg if kind.group else os.kill

        def send(number: int) -> None:
            with suppress(ProcessLookupError):
                end(pid, number)

        return send

    def _cut(self, kind: CutOff) -> int:
        with session(self.stage.house.urls["ADMIN_DATABASE_URL"]) as cursor:
            whoever = self.dice.random() < 0.5
            cursor.execute(SESSIONS, [self.stage.name, kind.account, whoever])
            return cursor.rowcount
