"""What is read of an incident log, and what is wrong with it."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cases.importing.lines import FileRefused
from cases.importing.parse import Incident, Layout, Problem, State, incidents, instant
from tests.cases.importing.logs import COLUMNS, FACTS, HEADER, REAL_LOG, log, needs_real_log, row

BERLIN = ZoneInfo("Europe/Berlin")
LAYOUT = Layout(BERLIN, datetime(2026, 11, 25, 9, 0, tzinfo=UTC))


def read(folder: Path, *rows: str) -> list[Incident]:
    """Return the incidents of a log of these rows."""
    return list(incidents(log(folder, *rows), LAYOUT))


def problem_of(folder: Path, **facts: str) -> tuple[str, str]:
    """Return the one problem of a bad row between two good ones."""
    (incident,) = read(folder, row("New"), row("Active", **facts), row("Active"))
    assert [good.line for good in incident.rows] == [2, 4]
    (problem,) = incident.problems
    assert (problem.line, problem.number, problem.rows) == (3, "INC1", 1)
    return problem.column, problem.reason


def refusal(path: Path) -> str:
    """Return the sentence with which a file is refused."""
    with pytest.raises(FileRefused) as caught:
        list(incidents(path, LAYOUT))
    return caught.value.reason


def test_a_row_is_read_with_its_times_in_utc_and_unknowns_empty(tmp_path: Path) -> None:
    text = row(
        "Awaiting User Info",
        "01-03-2016 10:30",
        resolved_at="01-07-2016 12:00",
        category="?",
        made_sla="?",
    )
    (incident,) = read(tmp_path, text)
    (good,) = incident.rows
    assert (good.line, good.number, good.state) == (2, "INC1", State.USER_INFO)
    assert good.opened_at == datetime(2016, 3, 1, 8, 0, tzinfo=UTC)
    assert good.updated_at == datetime(2016, 3, 1, 9, 30, tzinfo=UTC)
    assert good.resolved_at == datetime(2016, 7, 1, 10, 0, tzinfo=UTC)
    assert (good.closed_at, good.made_sla, good.category) == (None, None, "")
    assert (good.severity, good.subcategory, good.group, good.counterpart) == (
        "s3",
        "Subcategory 2",
        "Group 1",
        "Location 1",
    )


@pytest.mark.parametrize(
    ("state", "waits_for", "is_over"),
    [
        ("New", "", False),
        ("Active", "", False),
        ("Awaiting User Info", "user_info", False),
        ("Awaiting Problem", "problem", False),
        ("Awaiting Vendor", "vendor", False),
        ("Awaiting Evidence", "evidence", False),
        ("Resolved", "", True),
        ("Closed", "", True),
    ],
)
def test_what_a_state_means(state: str, waits_for: str, is_over: bool) -> None:
    assert (State(state).waits_for, State(state).is_over) == (waits_for, is_over)


@pytest.mark.parametrize(
    ("facts", "column", "reason"),
    [
        ({"incident_state": "-100"}, "incident_state", "“-100” is not a state of an incident."),
        ({"priority": "5 - None"}, "priority", "“5 - None” is not a priority from 1 to 4."),
        ({"made_sla": "yes"}, "made_sla", "“yes” is neither TRUE nor FALSE."),
        (
            {"sys_updated_at": "2016-03-01 09:00"},
            "sys_updated_at",
            "“2016-03-01 09:00” is not a date and time like 29-02-2016 01:16.",
        ),
        ({"opened_at": "?"}, "opened_at", "“?” is not a date and time like 29-02-2016 01:16."),
        (
            {"resolved_at": "30-02-2016 09:00"},
            "resolved_at",
            "“30-02-2016 09:00” is not a day of the calendar.",
        ),
        (
            {"closed_at": "01-04-2016 24:00"},
            "closed_at",
            "“01-04-2016 24:00” is not a time of day.",
        ),
        (
            {"opened_at": "01-01-0001 00:00"},
            "opened_at",
            "“01-01-0001 00:00” lies before 1970.",
        ),
        (
            {"closed_at": "31-12-9999 00:00"},
            "closed_at",
            "“31-12-9999 00:00” lies in the future.",
        ),
        (
            {"closed_at": "25-11-2026 10:01"},
            "closed_at",
            "“25-11-2026 10:01” lies in the future.",
        ),
        (
            {"sys_updated_at": "01-03-2016 08:59"},
            "sys_updated_at",
            "Dated before the incident was opened.",
        ),
        (
            {"resolved_at": "29-02-2016 09:00"},
            "resolved_at",
            "Resolved before the incident was opened.",
        ),
        (
            {"closed_at": "29-02-2016 09:00"},
            "closed_at",
            "Closed before the incident was opened.",
        ),
        (
            {"closed_at": "02-03-2016 09:00", "resolved_at": "03-03-2016 09:00"},
            "closed_at",
            "Closed before the incident was resolved.",
        ),
        ({"category": "C" * 71}, "category", "Not a label of at most 70 plain characters."),
        ({"location": "L\x00"}, "location", "Not a label of at most 70 plain characters."),
    ],
)
def test_a_dirty_row_is_not_used_and_says_why(
    tmp_path: Path, facts: dict[str, str], column: str, reason: str
) -> None:
    assert problem_of(tmp_path, **{"sys_updated_at": FACTS["sys_updated_at"], **facts}) == (
        column,
        reason,
    )


def test_several_problems_of_a_row_account_for_it_once(tmp_path: Path) -> None:
    (incident,) = read(tmp_path, row("-100", priority="9", made_sla="no"), row("New"))
    assert [(p.column, p.rows) for p in incident.problems] == [
        ("incident_state", 1),
        ("priority", 0),
        ("made_sla", 0),
    ]
    assert incident.row_count == 2


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("?", "The incident has no number."),
        ("", "The incident has no number."),
        ("N" * 41, "Not a number of at most 40 plain characters."),
    ],
)
def test_a_row_without_a_number_is_reported_by_itself(
    tmp_path: Path, number: str, reason: str
) -> None:
    found = read(tmp_path, row("New"), row("Active", number=number), row("Closed"))
    assert [(i.number, len(i.rows), i.row_count) for i in found] == [("", 0, 1), ("INC1", 2, 2)]
    assert found[0].problems == [Problem(3, number[:40], "number", reason)]


def test_a_short_row_in_the_middle_is_reported(tmp_path: Path) -> None:
    found = read(tmp_path, row("New"), "INC1,New", row("Closed"))
    assert found[0].problems == [
        Problem(3, "", "row", "The row has 2 values, the header 13 columns.")
    ]
    assert [good.line for good in found[1].rows] == [2, 4]


def test_a_priority_that_is_not_known_is_no_problem(tmp_path: Path) -> None:
    (incident,) = read(tmp_path, row("New", priority="?"), row("New", priority="1"))
    assert [good.severity for good in incident.rows] == ["", "s1"]
    assert incident.problems == []


def test_the_counterpart_may_be_another_column(tmp_path: Path) -> None:
    path = log(tmp_path, row("New"))
    layout = Layout(BERLIN, LAYOUT.latest, "caller_id")
    (incident,) = incidents(path, layout)
    assert incident.rows[0].counterpart == "Caller 1"


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("number,incident_st")
    assert refusal(path) == (
        "line 1, incident_state: This column is missing. Also missing: made_sla, opened_at,"
        " sys_updated_at, resolved_at, closed_at, category, priority, assignment_group, location."
    )


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"{HEADER},priority\n")
    assert refusal(path) == "line 1, priority: This column is there twice."


def test_a_file_without_anything_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("")
    assert refusal(path) == "line 1, number: The file is empty."
    assert refusal(log(tmp_path)) == "line 2, number: The file holds no incident."


@pytest.mark.parametrize("kept", [1, 4, 12])
def test_a_cut_file_is_refused_with_line_and_column(tmp_path: Path, kept: int) -> None:
    path = log(tmp_path, row("New"), ",".join(row("Active").split(",")[:kept]))
    assert refusal(path) == (
        f"line 3, {COLUMNS[kept]}: The file ends in the middle of this row: it was cut."
    )


def test_wherever_a_file_is_cut_it_is_refused_or_read_by_whole_rows(tmp_path: Path) -> None:
    path = log(tmp_path, row("New"), row("Active"))
    whole, first = path.read_bytes(), len(HEADER) + len(row("New")) + 2
    read_to: dict[int, int] = {}
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        try:
            (incident,) = incidents(path, LAYOUT)
        except FileRefused:
            continue
        read_to[length] = incident.row_count
    # A row's last value is a name: what is cut off its end cannot be known.
    names = {first - 1 - n: 1 for n in range(9)} | {len(whole) - 1 - n: 2 for n in range(9)}
    assert read_to == {**names, first: 1}


def test_a_file_cut_inside_its_last_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    columns = HEADER.replace(",closed_at", "") + ",closed_at"
    cells = row("Closed").replace(",?,?,", ",?,") + ",06-03-2016 12:0"
    path.write_text(f"{columns}\n{cells}")
    assert refusal(path) == (
        "line 2, closed_at: The file ends in the middle of this row: it was cut."
    )
    path.write_text(f"{columns}\n{cells}0")
    assert [incident.row_count for incident in incidents(path, LAYOUT)] == [1]


def test_rows_of_an_incident_that_lie_apart_are_refused(tmp_path: Path) -> None:
    path = log(tmp_path, row("New"), row("New", number="INC2"), row("Closed"))
    assert refusal(path) == (
        "line 4, number: The rows of INC1 do not stand together: sort the file by number."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30-10-2016 02:30", datetime(2016, 10, 30, 0, 30, tzinfo=UTC)),
        ("27-03-2016 02:30", datetime(2016, 3, 27, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_repeated_hour_is_its_first_and_a_missing_one_the_transition(
    text: str, expected: datetime
) -> None:
    assert instant(text, BERLIN) == expected


@needs_real_log
def test_the_real_log_reads_to_its_end_with_its_dirt() -> None:
    found = list(incidents(REAL_LOG, LAYOUT))
    problems = [problem for incident in found for problem in incident.problems]
    assert (len(found), sum(i.row_count for i in found)) == (890, 5998)
    assert [(p.line, p.number, p.column) for p in problems] == [
        (330, "INC0000130", "sys_updated_at"),
        (336, "INC0000131", "sys_updated_at"),
        (346, "INC0000134", "sys_updated_at"),
        (351, "INC0000135", "sys_updated_at"),
        (438, "INC0000164", "sys_updated_at"),
    ]
