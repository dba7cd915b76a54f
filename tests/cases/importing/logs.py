"""Small incident logs written by hand, and where the real one lies."""

from pathlib import Path

import pytest

COLUMNS = (
    "number",
    "incident_state",
    "made_sla",
    "opened_at",
    "sys_updated_at",
    "resolved_at",
    "closed_at",
    "category",
    "subcategory",
    "priority",
    "assignment_group",
    "location",
    "caller_id",
)
HEADER = ",".join(COLUMNS)
FACTS = {
    "number": "INC1",
    "incident_state": "New",
    "made_sla": "TRUE",
    "opened_at": "01-03-2016 09:00",
    "sys_updated_at": "01-03-2016 09:00",
    "resolved_at": "?",
    "closed_at": "?",
    "category": "Category 1",
    "subcategory": "Subcategory 2",
    "priority": "3 - Moderate",
    "assignment_group": "Group 1",
    "location": "Location 1",
    "caller_id": "Caller 1",
}
REAL_LOG = (
    Path(__file__).resolve().parents[3].parent / "shared" / "data" / "incident_event_log.csv.gz"
)
needs_real_log = pytest.mark.skipif(
    not REAL_LOG.exists(), reason="the folder with the real incident log lies beside the checkout"
)


def row(state: str, at: str = "01-03-2016 09:00", **facts: str) -> str:
    """Return one row of a log: an update of INC1 unless told otherwise."""
    cells = {**FACTS, "incident_state": state, "sys_updated_at": at, **facts}
    return ",".join(cells[column] for column in COLUMNS)


def finished(number: str = "INC1", **facts: str) -> list[str]:
    """Return the rows of an incident that was taken up, resolved and closed."""
    return [
        row("New", number=number, **facts),
        row("Active", "01-03-2016 10:00", number=number, **facts),
        row("Resolved", "01-03-2016 12:00", number=number, **facts),
        row("Closed", "06-03-2016 12:00", number=number, **facts),
    ]


def log(folder: Path, *rows: str, name: str = "log.csv") -> Path:
    """Write a log; return its path."""
    path = folder / name
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path
