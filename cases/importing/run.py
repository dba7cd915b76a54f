"""An import from its file to its report.

The file is read to its end before anything is written, so that a cut one changes nothing. Then
chunks of incidents are written, each in one transaction and each incident whole; a run that was
broken off is finished by running it again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from cases.importing.mapping import Meaning
from cases.importing.parse import Incident, Layout, Problem, incidents
from cases.importing.plan import Planned, Subject, in_order, plan_history, plan_open
from cases.importing.report import Report
from cases.importing.targets import Kind, Targets
from cases.importing.write import (
    Rows,
    add_history,
    clocks_of,
    known_numbers,
    open_now,
    take_turn,
)
from ladder.worktime import CalendarError
from tenants.scope import act_in

CHUNK = 100
Told = Callable[[int, int], None]


def tell_nobody(done: int, of: int) -> None:
    """Take note of no progress."""


@dataclass(slots=True)
class Import:
    """One run into one tenant. `now` is asked for the time; `told` hears `(done, of)`."""

    tenant_id: UUID
    path: Path
    meaning: Meaning
    now: Callable[[], datetime]
    as_open: bool = False
    told: Told = tell_nobody
    report: Report = field(default_factory=Report)

    def run(self) -> Report:
        """Do it all. Raises `FileRefused` or `Invalid` before anything is written."""
        with act_in(self.tenant_id):
            targets = Targets(self.meaning)
        layout = Layout(targets.zone, self.now(), targets.partners_by)
        of = self._check(layout, targets)
        done = 0
        for chunk in _chunks(incidents(self.path, layout)):
            for counted in self._write(chunk, targets):
                done += counted
                self.told(done, of)
        return self.report

    def _check(self, layout: Layout, targets: Targets) -> int:
        """Read the whole file, and look up where each kind of case would start."""
        count = 0
        kinds: dict[Kind, Subject] = {}
        for incident in incidents(self.path, layout):
            count += bool(incident.number)
            if subject := plan_open(incident).subject:
                kinds.setdefault(targets.kind(subject), subject)
        with act_in(self.tenant_id):
            for subject in kinds.values():
                targets.start(subject)
        return count

    def _write(self, chunk: Sequence[Incident], targets: Targets) -> Iterator[int]:
        named = [incident for incident in chunk if incident.number]
        for incident in chunk:
            self.report.rows += incident.row_count
            if not incident.number:
                self._problems(incident.problems)
        self.report.incidents += len(named)
        if self.as_open:
            yield from (self._open(incident, targets) for incident in named)
        else:
            yield self._record(named, targets)

    def _record(self, chunk: Sequence[Incident], targets: Targets) -> int:
        """Write a chunk as history, in one transaction."""
        with act_in(self.tenant_id):
            take_turn()
            at = self.now()
            known = known_numbers([incident.number for incident in chunk])
            rows, outcomes = Rows(), []
            for incident in chunk:
                if incident.number in known:
                    continue
                planned = plan_history(incident, at=at, closes_after=targets.closes_after)
                outcomes.append(self._add(rows, planned, targets, at))
            rows.store()
        # Counted after the commit: a report never claims what was rolled back.
        for incident in chunk:
            if incident.number in known:
                self._already_there(incident)
        for planned in outcomes:
            self._count(planned)
        return len(chunk)

    def _add(self, rows: Rows, planned: Planned, targets: Targets, at: datetime) -> Planned:
        """Add a case's rows; return what came of it."""
        if planned.history is None:
            return planned
        try:
            clocks = clocks_of(planned.history, targets.start(planned.history.subject))
        except CalendarError as error:
            number = planned.history.subject.number
            unused = Problem(0, number, error.field, error.reason, planned.used)
            return Planned(problems=(*planned.problems, unused))
        add_history(rows, planned.history, clocks, targets, at)
        return planned

    def _open(self, incident: Incident, targets: Targets) -> int:
        """Open one case as of now, in a transaction of its own, as the verb does."""
        planned = plan_open(incident)
        with act_in(self.tenant_id):
            take_turn()
            is_known = bool(known_numbers([incident.number]))
            if planned.subject and not is_known:
                open_now(planned.subject, targets, self.now())
        if is_known:
            self._already_there(incident)
        else:
            self._count(planned)
        return 1

    def _already_there(self, incident: Incident) -> None:
        rows, problems = in_order(incident)
        self.report.already_there += 1
        self.report.of_known += len(rows)
        self._problems(problems)

    def _count(self, planned: Planned) -> None:
        self._problems(planned.problems)
        self.report.used += planned.used
        if planned.used:
            self.report.imported += 1
        else:
            self.report.skipped += 1

    def _problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.report.add(problem)


def _chunks(found: Iterator[Incident]) -> Iterator[list[Incident]]:
    while chunk := list(islice(found, CHUNK)):
        yield chunk
