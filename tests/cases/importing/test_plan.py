"""From rows to a story: states, pauses, hand-overs, reopenings, and what is not enough for one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cases.importing.parse import Layout, Problem, incidents
from cases.importing.plan import (
    Cycle,
    History,
    Moment,
    Planned,
    Subject,
    Turn,
    plan_history,
    plan_open,
)
from tests.cases.importing.logs import REAL_LOG, finished, log, needs_real_log, row

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LAYOUT = Layout(ZoneInfo("UTC"), NOW)
TEN_DAYS = timedelta(days=10)


def march(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of the month in which these stories happen."""
    return datetime(2016, 3, day, hour, minute, tzinfo=UTC)


def planned(folder: Path, *rows: str) -> Planned:
    """Return what becomes of the one incident of these rows."""
    (incident,) = incidents(log(folder, *rows), LAYOUT)
    return plan_history(incident, at=NOW, closes_after=TEN_DAYS)


def story(folder: Path, *rows: str) -> History:
    """Return the story of the one incident of these rows, every row of which is used."""
    found = planned(folder, *rows)
    assert found.history is not None
    assert (found.used, tuple(found.problems)) == (len(rows), ())
    return found.history


def test_a_plain_story_from_opening_to_closing(tmp_path: Path) -> None:
    history = story(tmp_path, *finished())
    assert history.subject == Subject(
        "INC1", "INC1 · Category 1 / Subcategory 2", "Category 1", "Location 1", "s3"
    )
    assert (history.opened_at, history.resolved_at, history.closed_at) == (
        march(1, 9),
        march(1, 12),
        march(6, 12),
    )
    assert list(history.moments) == [
        Moment(march(1, 9), "case.opened", {}, 1),
        Moment(march(1, 10), "case.acknowledged"),
        Moment(march(1, 12), "case.resolved"),
        Moment(march(6, 12), "case.closed", {"cause": "import", "made_sla": True}),
    ]
    assert list(history.turns) == [Turn(1, 1, march(1, 9), march(1, 12), "resolved")]
    assert list(history.cycles) == [Cycle(1, march(1, 9), march(1, 12), march(1, 10))]


def test_every_kind_of_awaiting_is_a_pause_and_the_next_state_ends_it(tmp_path: Path) -> None:
    history = story(
        tmp_path,
        row("New"),
        row("Awaiting Vendor", "01-03-2016 10:00"),
        row("Awaiting Vendor", "01-03-2016 10:30"),
        row("Awaiting Evidence", "01-03-2016 11:00"),
        row("Closed", "01-03-2016 12:00"),
    )
    assert [(m.at.hour, m.kind, dict(m.facts)) for m in history.moments[1:-2]] == [
        (10, "case.acknowledged", {}),
        (10, "case.paused", {"reason": "vendor"}),
        (11, "case.resumed", {"reason": "vendor"}),
        (11, "case.paused", {"reason": "evidence"}),
        (12, "case.resumed", {"reason": "evidence"}),
    ]
    assert history.cycles[0].pauses == [
        (march(1, 10), march(1, 11)),
        (march(1, 11), march(1, 12)),
    ]


def test_a_change_of_group_is_a_turn_of_its_own_told_by_order_not_by_name(
    tmp_path: Path,
) -> None:
    history = story(
        tmp_path,
        row("New", assignment_group="?"),
        row("Active", "01-03-2016 10:00", assignment_group="Anna's group"),
        row("Active", "01-03-2016 11:00", assignment_group="Second line"),
        row("Active", "01-03-2016 11:30", assignment_group="?"),
        row("Active", "01-03-2016 12:00", assignment_group="Anna's group"),
        row("Resolved", "01-03-2016 13:00", assignment_group="Desk"),
        row("Closed", "01-03-2016 14:00", assignment_group="Desk"),
    )
    handed = [m for m in history.moments if m.kind == "case.handed_over"]
    assert [(m.at.hour, dict(m.facts), m.turn) for m in handed] == [
        (11, {"from_group": 1, "to_group": 2}, 2),
        (12, {"from_group": 2, "to_group": 1}, 3),
    ]
    assert [(t.started_at.hour, t.ended_at.hour, t.end_reason) for t in history.turns] == [
        (9, 11, "reassigned"),
        (11, 12, "reassigned"),
        (12, 13, "resolved"),
    ]
    assert "Anna" not in str(history)


def test_reopening_starts_a_cycle_that_is_acknowledged_as_it_is(tmp_path: Path) -> None:
    history = story(
        tmp_path,
        row("Active"),
        row("Resolved", "01-03-2016 10:00"),
        row("Active", "02-03-2016 09:00"),
        row("Resolved", "02-03-2016 11:00"),
        row("Closed", "03-03-2016 09:00"),
    )
    assert [(m.at, m.kind, dict(m.facts)) for m in history.moments] == [
        (march(1, 9), "case.opened", {}),
        (march(1, 9), "case.acknowledged", {}),
        (march(1, 10), "case.resolved", {}),
        (march(2, 9), "case.reopened", {"cycle": 2}),
        (march(2, 11), "case.resolved", {}),
        (march(3, 9), "case.closed", {"cause": "import", "made_sla": True}),
    ]
    assert [(c.started_at, c.acknowledged_at, c.resolved_at) for c in history.cycles] == [
        (march(1, 9), march(1, 9), march(1, 10)),
        (march(2, 9), None, march(2, 11)),
    ]
    assert [(t.number, t.cycle, t.end_reason) for t in history.turns] == [
        (1, 1, "resolved"),
        (2, 2, "resolved"),
    ]


def test_closed_without_resolving_is_resolved_by_closing(tmp_path: Path) -> None:
    history = story(tmp_path, row("New"), row("Closed", "01-03-2016 15:00"))
    assert [m.kind for m in history.moments] == [
        "case.opened",
        "case.acknowledged",
        "case.resolved",
        "case.closed",
    ]
    assert history.resolved_at == history.closed_at == march(1, 15)


@pytest.mark.parametrize(
    ("said", "resolved_at"),
    [
        ("?", march(1, 12)),
        ("01-03-2016 13:00", march(1, 13)),
        ("01-03-2016 11:00", march(1, 11)),
        ("01-03-2016 09:30", march(1, 12)),
    ],
)
def test_the_operators_word_on_when_it_was_resolved_counts_where_it_can_be(
    tmp_path: Path, said: str, resolved_at: datetime
) -> None:
    history = story(
        tmp_path,
        row("Active", "01-03-2016 10:00", resolved_at=said),
        row("Resolved", "01-03-2016 12:00", resolved_at=said),
        row("Resolved", "01-03-2016 14:00", resolved_at=said),
        row("Closed", "01-03-2016 16:00", resolved_at=said),
    )
    resolved = [m.at for m in history.moments if m.kind == "case.resolved"]
    assert (history.resolved_at, resolved) == (resolved_at, [resolved_at])
    assert history.turns[-1].ended_at == history.cycles[-1].resolved_at == resolved_at


def test_the_operators_word_counts_also_without_a_row_that_says_resolved(
    tmp_path: Path,
) -> None:
    history = story(
        tmp_path,
        row("Active", "01-03-2016 10:00", resolved_at="01-03-2016 11:00"),
        row("Closed", "01-03-2016 16:00", resolved_at="01-03-2016 11:00"),
    )
    assert (history.resolved_at, history.closed_at) == (march(1, 11), march(1, 16))


def test_what_was_resolved_is_closed_by_itself_after_the_tenants_days(tmp_path: Path) -> None:
    history = story(tmp_path, row("New"), row("Resolved", "01-03-2016 12:00", made_sla="FALSE"))
    assert history.closed_at == march(11, 12)
    assert dict(history.moments[-1].facts) == {"cause": "clock", "made_sla": False}


def test_what_was_resolved_a_day_ago_is_not_closed(tmp_path: Path) -> None:
    (incident,) = incidents(log(tmp_path, row("New"), row("Resolved", "01-03-2016 12:00")), LAYOUT)
    found = plan_history(incident, at=march(2, 12), closes_after=TEN_DAYS)
    assert found.history is not None
    assert (found.history.closed_at, found.history.moments[-1].kind) == (None, "case.resolved")


def test_what_is_still_open_is_reported_with_all_its_rows(tmp_path: Path) -> None:
    rows = (row("New"), row("Awaiting Problem", "01-03-2016 12:00"))
    assert planned(tmp_path, *rows) == Planned(
        problems=(
            Problem(
                3,
                "INC1",
                "incident_state",
                "Still open at the end of the log (Awaiting Problem): history has no open cases,"
                " see --as-open.",
                rows=2,
            ),
        )
    )
    (incident,) = incidents(log(tmp_path, *rows), LAYOUT)
    opened = plan_open(incident)
    assert opened.subject is not None
    assert (opened.subject.number, opened.used, opened.history) == ("INC1", 2, None)


def test_without_a_priority_an_incident_is_reported(tmp_path: Path) -> None:
    found = planned(tmp_path, *finished(priority="?"))
    assert found == Planned(
        problems=(Problem(2, "INC1", "priority", "No row says its priority: skipped.", rows=4),)
    )


def test_the_last_word_known_counts(tmp_path: Path) -> None:
    history = story(
        tmp_path,
        row("New", priority="4 - Low", category="Category 1", location="Location 1"),
        row("Active", priority="2 - High", category="Category 9", location="Location 2"),
        row("Closed", priority="?", category="?", subcategory="?", location="?"),
    )
    assert history.subject == Subject(
        "INC1", "INC1 · Category 9 / Subcategory 2", "Category 9", "Location 2", "s2"
    )


def test_without_any_category_the_title_is_the_number(tmp_path: Path) -> None:
    history = story(tmp_path, *finished(category="?", subcategory="?"))
    assert (history.subject.title, history.subject.category) == ("INC1", "")


def test_rows_that_contradict_the_others_are_reported_and_the_rest_is_used(
    tmp_path: Path,
) -> None:
    found = planned(
        tmp_path,
        row("New"),
        row("New", "01-03-2016 13:00"),
        row("Active", "01-03-2016 10:00"),
        row("Active", "01-03-2016 11:00", opened_at="01-03-2016 09:01"),
        row("Closed", "01-03-2016 14:00"),
    )
    assert found.used == 3
    assert list(found.problems) == [
        Problem(5, "INC1", "opened_at", "Not the opening that the rows before it name."),
        Problem(3, "INC1", "incident_state", "“New” cannot follow “Active”."),
    ]
    assert found.history is not None
    assert [m.at.hour for m in found.history.moments] == [9, 10, 14, 14]


def test_rows_out_of_order_are_put_in_order_and_those_of_a_minute_stay(tmp_path: Path) -> None:
    history = story(
        tmp_path,
        row("Closed", "01-03-2016 14:00"),
        row("New", "01-03-2016 10:00"),
        row("Awaiting User Info", "01-03-2016 10:00"),
        row("Active", "01-03-2016 10:00"),
    )
    assert [m.kind for m in history.moments] == [
        "case.opened",
        "case.acknowledged",
        "case.paused",
        "case.resumed",
        "case.resolved",
        "case.closed",
    ]


def test_nothing_left_of_an_incident_is_said(tmp_path: Path) -> None:
    found = planned(tmp_path, row("-100"), row("Nonsense"))
    assert (found.subject, found.used) == (None, 0)
    assert [(p.line, p.column, p.rows) for p in found.problems] == [
        (2, "incident_state", 1),
        (3, "incident_state", 1),
        (2, "row", 0),
    ]
    assert found.problems[-1].reason == "No usable row is left of it: skipped."


@needs_real_log
def test_the_real_log_tells_890_stories_in_order() -> None:
    found = [
        plan_history(incident, at=NOW, closes_after=TEN_DAYS)
        for incident in incidents(REAL_LOG, LAYOUT)
    ]
    stories = [p.history for p in found if p.history]
    assert len(stories) == 890
    assert sum(p.used for p in found) + sum(q.rows for p in found for q in p.problems) == 5998
    for history in stories:
        times = [moment.at for moment in history.moments]
        assert times == sorted(times)
        assert all(turn.started_at <= turn.ended_at for turn in history.turns)
        assert history.opened_at <= history.resolved_at <= (history.closed_at or history.opened_at)
    assert sum(len(history.cycles) - 1 for history in stories) == 11
