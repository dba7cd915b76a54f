"""What an import did: counts that add up, and every row it could not use."""

import csv
from dataclasses import dataclass, field
from typing import TextIO

from cases.importing.parse import Problem

MOST_SHOWN = 50
COLUMNS = ("line", "number", "column", "reason", "rows")
# A spreadsheet would take these for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class Report:
    """Counts of incidents and rows; the first problems; all of them in `sink`, as CSV.

    `rows` read are `used`, those of cases that were `already_there`, and `reported`, none else.
    """

    sink: TextIO | None = None
    incidents: int = 0
    imported: int = 0
    already_there: int = 0
    skipped: int = 0
    rows: int = 0
    used: int = 0
    of_known: int = 0
    reported: int = 0
    problem_count: int = 0
    shown: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.sink is not None:
            csv.writer(self.sink).writerow(COLUMNS)

    def add(self, problem: Problem) -> None:
        """Report what was not used, and count its rows."""
        self.reported += problem.rows
        self.problem_count += 1
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(problem)
        if self.sink is not None:
            cells = (problem.number, problem.column, problem.reason)
            csv.writer(self.sink).writerow(
                [problem.line, *(_harmless(cell) for cell in cells), problem.rows]
            )

    def lines(self, seconds: float) -> list[str]:
        """Return the report as people read it."""
        sum_of_rows = (
            f"{self.rows:,} rows read = {self.used:,} used"
            f" + {self.of_known:,} of cases already there + {self.reported:,} reported"
        )
        figures = [
            f"{self.incidents:,} incidents in {seconds:.1f} s:",
            f"  {self.imported:>9,} imported",
            f"  {self.already_there:>9,} already there, unchanged",
            f"  {self.skipped:>9,} skipped, reported below",
            sum_of_rows,
        ]
        return figures + self._problem_lines()

    def _problem_lines(self) -> list[str]:
        if not self.shown:
            return []
        more = self.problem_count - len(self.shown)
        found = [
            f"  line {p.line}, {p.number or 'no number'}, {p.column}: {p.reason}"
            for p in self.shown
        ]
        rest = [f"  … and {more:,} more; --report FILE writes all."] if more else []
        return ["Not used:", *found, *rest]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
