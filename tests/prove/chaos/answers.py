"""People who answer cases just before, at and just after the instant at which they fall due.

    python -m tests.prove.chaos.answers JOURNAL SHARE '["<vendor>", …]'

They act through the verbs, as the app, within their vendor's scope; what each of them saw happen
goes into the journal, a line of JSON for each answer. Which cases are answered, and when, follows
from the turn and clock, so that two such programs want the same ones.
"""

import heapq
import json
import logging
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TextIO
from uuid import UUID
from zlib import crc32

import django
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

django.setup()

from cases import actions, pausing, retiming, updates  # noqa: E402 - models need the set-up
from cases.models import OPEN, Case  # noqa: E402
from tenants.errors import Refused  # noqa: E402
from tenants.models import Membership  # noqa: E402
from tenants.scope import act_in  # noqa: E402

logger = logging.getLogger("answers")
WRITING = Lock()
AHEAD = timedelta(seconds=2.5)
LOOK_SECONDS = 1.0
# Seconds from due at which an answer is begun: in time, at the very instant, too late.
MOMENTS = ((-0.4, -0.05), (-0.02, 0.02), (0.05, 0.5))
VERBS = {
    "response": ("acknowledge", "acknowledge", "acknowledge", "decide", "change_severity"),
    "decision": ("decide", *("pause",) * 4, "change_severity", *("share_update",) * 2),
}
CARRIED_OUT: dict[str, Callable[..., Case]] = {
    "acknowledge": actions.acknowledge,
    "decide": actions.decide,
    "pause": pausing.pause,
    "resume": pausing.resume,
    "change_severity": retiming.change_severity,
    "share_update": updates.share_update,
}
# Seconds for which a case is paused: its clocks fall due soon after.
PAUSED = (1.0, 4.0)
REVIEW = timedelta(hours=1)
# Who answers in time often takes so long to commit that the case is due meanwhile.
SLOW_SHARE, SLOW_SECONDS = 0.6, 1.2


@dataclass(order=True)
class Act:
    """An answer somebody is going to give; `hold` is how long it takes to commit."""

    at: datetime
    case_id: UUID = field(compare=False)
    turn_id: UUID = field(compare=False)
    verb: str = field(compare=False)
    hold: float = field(compare=False)


def planned(case: Case, share: float) -> Act | None:
    """Return how a case is answered in this turn, None where nobody does."""
    assert case.due_at is not None
    chance = random.Random(crc32(f"{case.assignment_id}{case.due_kind}".encode()))  # noqa: S311 - not a secret
    if chance.random() >= share:
        return None
    verb = chance.choice(VERBS.get(case.due_kind, ("decide",)))
    # What was missed cannot be paused any more.
    offset = chance.uniform(*chance.choice(MOMENTS if verb != "pause" else MOMENTS[:1]))
    hold = SLOW_SECONDS if offset < 0 and chance.random() < SLOW_SHARE else 0.0
    return Act(case.due_at + timedelta(seconds=offset), case.pk, case.turn_id, verb, hold)


@dataclass
class Person:
    """One pair of hands in one vendor."""

    tenant_id: UUID
    journal: TextIO
    share: float
    acts: list[Act] = field(default_factory=list)
    known: set[tuple[UUID, str]] = field(default_factory=set)
    looked: float = 0.0

    def work(self) -> None:
        """Look what falls due, and answer it when its moment comes, for ever."""
        while True:
            try:
                self.look()
                self.answer_next()
            except (OperationalError, InterfaceError):
                connection.close()

    def look(self) -> None:
        """Note what falls due soon and is going to be answered."""
        if time.monotonic() - self.looked < LOOK_SECONDS:
            return
        self.looked = time.monotonic()
        soon = timezone.now() + AHEAD
        with act_in(self.tenant_id):
            due = Case.objects.filter(status__in=OPEN, due_at__lte=soon, due_missed=False)
            found = list(due.only("assignment_id", "due_at", "due_kind").order_by("due_at")[:500])
        for case in found:
            key = (case.turn_id, case.due_kind)
            if key not in self.known and (act := planned(case, self.share)):
                heapq.heappush(self.acts, act)
            self.known.add(key)

    def answer_next(self) -> None:
        """Give the next answer, if its moment is near; or wait a little."""
        wait = (self.acts[0].at - timezone.now()).total_seconds() if self.acts else LOOK_SECONDS
        if wait > 0.1:
            time.sleep(0.05)
            return
        time.sleep(max(0.0, wait))
        act = heapq.heappop(self.acts)
        at = timezone.now()
        said = self.answer(act, at)
        if act.verb == "pause" and said != "refused":
            later = at + timedelta(seconds=random.uniform(*PAUSED))  # noqa: S311 - not a secret
            again = Act(later, act.case_id, act.turn_id, "resume", 0.0)
            heapq.heappush(self.acts, again)
        line = {"case": str(act.case_id), "turn": str(act.turn_id), "verb": act.verb}
        with WRITING:
            self.journal.write(json.dumps({**line, "at": at.isoformat(), "said": said}) + "\n")
            self.journal.flush()

    def answer(self, act: Act, at: datetime) -> str:
        """Carry out a verb; return what the person saw happen: nobody knows whether an answer
        whose session ended has been heard."""
        try:
            with act_in(self.tenant_id):
                case = Case.objects.get(pk=act.case_id)
                case.seen_turn = act.turn_id
                by = Membership.objects.get(user=case.owner)
                CARRIED_OUT[act.verb](case, by=by, at=at, **facts_of(act.verb, case, at))
                time.sleep(act.hold)
        except Refused:
            return "refused"
        except (OperationalError, InterfaceError) as error:
            logger.warning("cut off: %s", type(error.__cause__ or error).__name__)
            connection.close()
            return "unknown"
        return "done"


def facts_of(verb: str, case: Case, at: datetime) -> dict[str, Any]:
    """Return what a verb is told beside who and when."""
    known: dict[str, dict[str, Any]] = {
        "decide": {"outcome": "upheld", "reason": "Yes."},
        "pause": {"reason": "customer", "waits_for": "Their word.", "review_by": at + REVIEW},
        "change_severity": {"severity": "s3" if case.severity == "s2" else "s2", "reason": "So."},
        "share_update": {"happened": "They met.", "next_step": "We decide."},
    }
    return known.get(verb, {})


def vendors() -> list[UUID]:
    """Return the vendors; the app alone could not list them."""
    return [UUID(ident) for ident in json.loads(sys.argv[3])]


def main() -> None:
    """Let the people of all vendors work, each in a thread with a connection of its own."""
    journal, share = Path(sys.argv[1]), float(sys.argv[2])
    with journal.open("a") as file:
        people = [Person(tenant, file, share) for tenant in vendors()]
        threads = [Thread(target=person.work) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
