"""Counts that add up, and every problem in a file."""

import csv
import io

from cases.importing.parse import Problem
from cases.importing.report import Report


def test_the_report_as_people_read_it() -> None:
    report = Report(
        incidents=1203, imported=1200, already_there=2, skipped=1, rows=6000, used=5990, of_known=7
    )
    report.add(Problem(7, "INC1", "priority", "Wrong.", rows=2))
    report.add(Problem(9, "", "number", "Missing."))
    assert report.lines(4.25) == [
        "1,203 incidents in 4.2 s:",
        "      1,200 imported",
        "          2 already there, unchanged",
        "          1 skipped, reported below",
        "6,000 rows read = 5,990 used + 7 of cases already there + 3 reported",
        "Not used:",
        "  line 7, INC1, priority: Wrong.",
        "  line 9, no number, number: Missing.",
    ]


def test_fifty_problems_are_shown_and_all_are_written() -> None:
    sink = io.StringIO()
    report = Report(sink)
    for line in range(1, 61):
        report.add(Problem(line, f"=INC{line}", "row", "@Wrong."))
    lines = report.lines(0)
    assert len(lines) == 5 + 1 + 50 + 1
    assert lines[-1] == "  … and 10 more; --report FILE writes all."
    written = list(csv.reader(io.StringIO(sink.getvalue())))
    assert written[0] == ["line", "number", "column", "reason", "rows"]
    assert written[60] == ["60", "'=INC60", "row", "'@Wrong.", "1"]
    assert len(written) == 61


def test_nothing_wrong_says_nothing_more() -> None:
    assert len(Report().lines(0)) == 5
