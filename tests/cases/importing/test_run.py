"""An import from its file to its rows: history that stays silent, or cases that run from now."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from cases.audit import audit_tenant
from cases.importing.lines import FileRefused
from cases.importing.mapping import Meaning
from cases.importing.report import Report
from cases.importing.run import Import
from cases.models import Assignment, Case, Clock, Party
from cases.sweep import sweep
from journal.models import Event, Notice
from journal.queries import verify_chain
from journal.seal import seal_batch
from partners.models import Partner
from tenants.errors import Invalid
from tests.cases.importing.logs import REAL_LOG, finished, log, needs_real_log, row
from tests.factories import World, make_world

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def bring(world: World, path: Path, *, as_open: bool = False, **mapping: object) -> Report:
    """Import a log into a vendor; return the report."""
    meaning = Meaning(**mapping)  # type: ignore[arg-type]
    return Import(world.tenant.pk, path, meaning, lambda: NOW, as_open=as_open).run()


def counts(report: Report) -> tuple[int, ...]:
    """Return the report's incidents, then its rows."""
    assert report.rows == report.used + report.of_known + report.reported
    assert report.incidents == report.imported + report.already_there + report.skipped
    return (
        report.imported,
        report.already_there,
        report.skipped,
        report.used,
        report.of_known,
        report.reported,
    )


def march(day: int, hour: int) -> datetime:
    """Return an instant of the month in which these incidents happened."""
    return datetime(2016, 3, day, hour, 0, tzinfo=UTC)


def test_a_finished_incident_becomes_a_closed_case(world: World, tmp_path: Path) -> None:
    report = bring(world, log(tmp_path, *finished()))
    assert counts(report) == (1, 0, 0, 4, 0, 0)
    case = Case.objects.select_related("level", "category", "region").get()
    assert (case.number, case.title, case.status) == (
        "ESC-2016-0001",
        "INC1 · Category 1 / Subcategory 2",
        "closed",
    )
    assert (case.source, case.source_system, case.external_id) == ("import", "servicenow", "INC1")
    assert (case.severity, case.category.slug, case.region.slug) == ("s3", "lead-routing", "dach")
    assert (case.opened_at, case.resolved_at, case.closed_at) == (
        march(1, 9),
        march(1, 12),
        march(6, 12),
    )
    assert (case.owner_id, case.due_at, case.due_kind, case.due_missed) == (None, None, "", False)
    assert (case.updated_at, case.version, case.cycle) == (NOW, 1, 1)
    assert (case.level.position, case.resolution) == (
        1,
        "Resolved in the system it was imported from.",
    )
    turn = Assignment.objects.get()
    assert (turn.pk, turn.owner_id, turn.ended_at) == (case.assignment_id, None, march(1, 12))
    party = Party.objects.select_related("partner").get()
    assert (party.partner.slug, party.role) == ("imported-servicenow", "complainant")


def test_its_clocks_are_over_and_nobody_is_told(world: World, tmp_path: Path) -> None:
    late = [
        row("New"),
        row("Active", "01-03-2016 14:00"),
        row("Closed", "01-03-2016 20:00"),
    ]
    bring(world, log(tmp_path, *late))
    clocks = Clock.objects.order_by("due_at")
    assert [
        (c.kind, c.state, c.due_at, c.met_at, c.breached_at, c.next_fire_at) for c in clocks
    ] == [
        ("response", "breached", march(1, 13), march(1, 14), march(1, 13), None),
        ("decision", "met", march(2, 1), march(1, 20), None, None),
        ("total", "met", march(5, 13), march(1, 20), None, None),
    ]
    turn = Assignment.objects.get()
    assert [c.assignment_id for c in clocks] == [turn.pk, turn.pk, None]
    assert not Notice.objects.exists()


def test_its_trail_names_ids_and_states_in_the_order_of_the_past(
    world: World, tmp_path: Path
) -> None:
    rows = [
        row("New", assignment_group="Anna Huber"),
        row("Awaiting User Info", "01-03-2016 10:00", assignment_group="Anna Huber"),
        row("Active", "01-03-2016 11:00", assignment_group="Desk"),
        row("Resolved", "01-03-2016 12:00"),
        row("Active", "02-03-2016 12:00"),
        row("Closed", "03-03-2016 12:00", made_sla="FALSE"),
    ]
    bring(world, log(tmp_path, *rows))
    case = Case.objects.get()
    turns = list(Assignment.objects.order_by("number"))
    events = list(Event.objects.filter(case_id=case.pk).order_by("recorded_at", "id"))
    assert [(e.kind, e.at, e.by_id, e.audience) for e in events] == [
        ("case.opened", march(1, 9), None, "parties"),
        ("case.acknowledged", march(1, 10), None, "internal"),
        ("case.paused", march(1, 10), None, "internal"),
        ("case.resumed", march(1, 11), None, "internal"),
        ("case.handed_over", march(1, 11), None, "internal"),
        ("case.resolved", march(1, 12), None, "parties"),
        ("case.reopened", march(2, 12), None, "internal"),
        ("case.resolved", march(3, 12), None, "parties"),
        ("case.closed", march(3, 12), None, "parties"),
    ]
    assert events[0].facts == {
        "category": str(case.category_id),
        "severity": "s3",
        "source": "import",
        "route": str(case.route_id),
        "owner": None,
        "position": 1,
        "assignment": str(turns[0].pk),
    }
    assert [events[n].facts for n in (2, 4, 6, 8)] == [
        {"reason": "user_info"},
        {"from_group": 1, "to_group": 2, "position": 1, "assignment": str(turns[1].pk)},
        {"cycle": 2, "position": 1, "assignment": str(turns[2].pk)},
        {"cause": "import", "made_sla": False},
    ]
    assert (case.cycle, case.assignment_id) == (2, turns[2].pk)


def test_numbers_count_by_the_year_of_opening(world: World, tmp_path: Path) -> None:
    rows = [*finished("INC1"), *finished("INC2", opened_at="31-12-2015 09:00"), *finished("INC3")]
    bring(world, log(tmp_path, *rows))
    assert list(Case.objects.order_by("external_id").values_list("number", flat=True)) == [
        "ESC-2016-0001",
        "ESC-2015-0001",
        "ESC-2016-0002",
    ]


def test_a_second_run_changes_nothing(world: World, tmp_path: Path) -> None:
    path = log(tmp_path, *finished("INC1"), *finished("INC2"), row("-100", number="INC2"))
    assert counts(bring(world, path)) == (2, 0, 0, 8, 0, 1)
    before = sorted(Case.objects.values_list("pk", "version", "updated_at"))
    events = Event.objects.count()
    assert counts(bring(world, path)) == (0, 2, 0, 0, 8, 1)
    assert counts(bring(world, path, as_open=True)) == (0, 2, 0, 0, 8, 1)
    assert sorted(Case.objects.values_list("pk", "version", "updated_at")) == before
    assert Event.objects.count() == events
    assert Partner.objects.filter(slug="imported-servicenow").count() == 1


def test_dirty_rows_are_reported_and_the_rest_is_imported(world: World, tmp_path: Path) -> None:
    path = log(
        tmp_path,
        row("-100"),
        *finished("INC1"),
        row("New", number="?"),
        *finished("INC2", priority="?"),
        row("New", number="INC3"),
    )
    report = bring(world, path)
    assert counts(report) == (1, 0, 2, 4, 0, 7)
    assert [(p.line, p.number, p.column, p.rows) for p in report.shown] == [
        (7, "?", "number", 1),
        (2, "INC1", "incident_state", 1),
        (8, "INC2", "priority", 4),
        (12, "INC3", "incident_state", 1),
    ]


def test_a_calendar_that_never_gets_there_skips_the_incident(world: World, tmp_path: Path) -> None:
    assert world.ladder is not None
    assert world.calendar is not None
    world.ladder.levels.update(decision_window="P3650D")
    world.calendar.calendar.versions.create(
        tenant=world.tenant,
        number=2,
        rules={"timezone": "UTC", "weekly": {"sun": [["09:00", "10:00"]]}},
    )
    report = bring(world, log(tmp_path, *finished()))
    assert counts(report) == (0, 0, 1, 0, 0, 4)
    assert report.shown[0].reason == "The calendar has too few hours: no end within twenty years."


def test_as_open_logs_it_now_with_one_owner_and_running_clocks(
    world: World, tmp_path: Path
) -> None:
    path = log(tmp_path, *finished("INC1", priority="1 - Critical"), row("New", number="INC2"))
    assert counts(bring(world, path, as_open=True)) == (2, 0, 0, 5, 0, 0)
    cases = Case.objects.select_related("owner").order_by("number")
    assert [
        (c.number, c.external_id, c.status, c.severity, c.opened_at, c.owner.name, c.source)
        for c in cases
    ] == [
        ("ESC-2026-0001", "INC1", "new", "s1", NOW, "Tom", "import"),
        ("ESC-2026-0002", "INC2", "new", "s3", NOW, "Tom", "import"),
    ]
    running = Clock.objects.filter(case=cases[0], state="running").order_by("due_at")
    assert [c.kind for c in running] == ["response", "decision", "total"]
    assert audit_tenant(NOW)["no_owner"] == 0


def test_what_history_leaves_open_a_second_run_takes_over_live(
    world: World, tmp_path: Path
) -> None:
    path = log(tmp_path, *finished("INC1"), row("New", number="INC2"))
    assert counts(bring(world, path)) == (1, 0, 1, 4, 0, 1)
    assert counts(bring(world, path, as_open=True)) == (1, 1, 0, 1, 4, 0)
    found = Case.objects.order_by("external_id").values_list("external_id", "status")
    assert list(found) == [("INC1", "closed"), ("INC2", "new")]


@pytest.mark.parametrize("as_open", [False, True])
def test_a_cut_file_changes_nothing(world: World, tmp_path: Path, as_open: bool) -> None:
    path = log(tmp_path, *(r for n in range(300) for r in finished(f"INC{n}")))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(FileRefused) as caught:
        bring(world, path, as_open=as_open)
    assert caught.value.reason == (
        "line 1201, assignment_group: The file ends in the middle of this row: it was cut."
    )
    assert not Case.objects.exists()
    assert not Partner.objects.filter(slug="imported-servicenow").exists()


def test_a_log_nobody_can_route_changes_nothing(world: World, tmp_path: Path) -> None:
    assert world.route is not None
    type(world.route).objects.update(severity="s1")
    path = log(tmp_path, *finished("INC1", priority="1"), *finished("INC2"))
    with pytest.raises(Invalid):
        bring(world, path)
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_broken_off_is_finished_by_the_next(
    live_world: World, tmp_path: Path
) -> None:
    path = log(tmp_path, *(r for n in range(150) for r in finished(f"INC{n}")))

    def stop(done: int, of: int) -> None:
        assert (done, of) == (100, 150)
        raise KeyboardInterrupt

    broken = Import(live_world.tenant.pk, path, Meaning(), lambda: NOW, told=stop)
    with pytest.raises(KeyboardInterrupt):
        broken.run()
    assert broken.report.imported == 100
    assert counts(bring(live_world, path)) == (50, 100, 0, 200, 400, 0)
    with live_world.scope():
        assert len(set(Case.objects.values_list("number", flat=True))) == 150


@needs_real_log
@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_the_real_log_becomes_890_silent_cases_with_a_chain_that_holds(
    live_world: World,
) -> None:
    assert counts(bring(live_world, REAL_LOG)) == (890, 0, 0, 5992, 0, 6)
    while seal_batch():
        pass
    connections["sweeper"].close()
    with live_world.scope():
        assert Case.objects.filter(status="closed", source="import").count() == 890
        assert not Clock.objects.filter(state="running").exists()
        assert not Notice.objects.exists()
        assert not any(audit_tenant(NOW).values())
        assert verify_chain(live_world.tenant.pk) is None
        sealed = Event.objects.order_by("case_id", "seq").values_list("case_id", "at")
        last: dict[object, datetime] = {}
        for case_id, at in sealed:
            assert last.setdefault(case_id, at) <= at
            last[case_id] = at
        assert len(last) == 890


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_as_open_every_case_climbs_to_the_top_by_itself(
    transactional_db: None, tmp_path: Path
) -> None:
    world = make_world(response="PT2S", decision="PT20S", total="PT100S")
    path = log(tmp_path, *(r for n in range(40) for r in finished(f"INC{n}")))
    assert bring(world, path, as_open=True).imported == 40
    for seconds in (2, 4, 6):
        sweep(lambda seconds=seconds: NOW + timedelta(seconds=seconds))  # type: ignore[misc]
    with world.scope():
        tops = Case.objects.values_list("level__position", "owner__name").distinct()
        assert list(tops) == [(3, "Marianne")]
        assert Event.objects.filter(kind="case.alarm").count() == 40
