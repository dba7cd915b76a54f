"""Transactions that record an event and tell two people, one in ten of them rolled back.

    python -m tests.prove.outbox.commits JOURNAL TRANSACTIONS '["<vendor>", …]'

A thread for each vendor. Before and after each transaction a line goes into the journal, so that
a program that was killed is known to have been at it, and goes on where it was.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TextIO
from uuid import UUID

import django
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

django.setup()

from cases.models import Case  # noqa: E402 - models need the set-up
from journal.actions import record, tell  # noqa: E402
from tenants.models import Membership  # noqa: E402
from tenants.scope import act_in  # noqa: E402

ROLLED_BACK_EVERY = 10
PAUSE_SECONDS = 0.05
WRITING = Lock()


class ChangedMindError(Exception):
    """What rolls a transaction back."""


def change_mind() -> None:
    """End a transaction as a verb does that refuses at last."""
    raise ChangedMindError


def break_down() -> None:
    """End a transaction as a statement does that fails."""
    connection.cursor().execute("SELECT 1/0")


ENDS: tuple[Callable[[], None], ...] = (change_mind, break_down)


@dataclass
class Teller:
    """Who tells people of one vendor's case."""

    tenant_id: UUID
    journal: TextIO
    left: int
    case_id: UUID | None = None
    people: tuple[UUID, ...] = ()

    def work(self) -> None:
        """Tell until everything is told."""
        ends = cycle(ENDS)
        while self.left > 0:
            try:
                self.meet()
            except (OperationalError, InterfaceError):
                connection.close()
                continue
            fails = self.left % ROLLED_BACK_EVERY == 0
            self.left -= 1
            self.one(next(ends) if fails else lambda: None)
            time.sleep(PAUSE_SECONDS)

    def meet(self) -> None:
        """Learn which case and which people there are, once."""
        if not self.people:
            with act_in(self.tenant_id):
                self.case_id = Case.objects.values_list("id", flat=True)[0]
                staff = Membership.objects.filter(role="staff").order_by("created_at")
                self.people = tuple(staff.values_list("user_id", flat=True)[:2])

    def one(self, end: Callable[[], None]) -> None:
        """Carry out one transaction, and note what was seen of it."""
        event, began = "", time.monotonic()
        try:
            with act_in(self.tenant_id):
                at = timezone.now()
                said = record("case.message", at=at, by=None, case_id=self.case_id)
                event = str(said.pk)
                tell(said, self.people, at=at)
                self.note(event, "begun")
                end()
        except (OperationalError, InterfaceError):
            connection.close()
            return
        except (ChangedMindError, DatabaseError):
            self.note(event, "rolled back")
            return
        self.note(event, "committed", seconds=time.monotonic() - began)

    def note(self, event: str, said: str, **more: Any) -> None:
        """Write a line into the journal."""
        with WRITING:
            self.journal.write(json.dumps({"event": event, "said": said, **more}) + "\n")
            self.journal.flush()


def done(journal: Path) -> int:
    """Return how many transactions were begun before this program was killed."""
    lines = journal.read_text().splitlines() if journal.exists() else []
    return sum('"begun"' in line for line in lines)


def main() -> None:
    """Let everybody work, then wait for the end, which comes from outside."""
    journal, vendors = Path(sys.argv[1]), [UUID(ident) for ident in json.loads(sys.argv[3])]
    left = int(sys.argv[2]) - done(journal)
    with journal.open("a") as file:
        share = -(-left // len(vendors))
        tellers = [Teller(vendor, file, share) for vendor in vendors]
        threads = [Thread(target=teller.work) for teller in tellers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        file.write('{"event": "", "said": "finished"}\n')
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
