"""The command: what it prints, and how it refuses, in one sentence and never with a traceback."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection

from cases.importing.report import Report
from cases.management.commands.import_cases import Progress, one_sentence
from cases.models import Case, Clock
from cases.repair import differences
from tests.cases.importing.logs import REAL_LOG, finished, log, needs_real_log, row
from tests.factories import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def run(world: World, file: Path, *options: str) -> list[str]:
    """Run the command; return what it printed, without the line of seconds."""
    out = io.StringIO()
    call_command("import_cases", str(file), "--tenant", world.tenant.slug, *options, stdout=out)
    return [line for line in out.getvalue().splitlines() if " s:" not in line]


def refusal(world: World, file: Path, *options: str) -> str:
    """Return the sentence with which the command ends; nothing was written."""
    with pytest.raises(CommandError) as caught:
        run(world, file, *options)
    with world.scope():
        assert not Case.objects.exists()
    return str(caught.value)


def test_the_report_of_an_import_and_of_its_repetition(live_world: World, tmp_path: Path) -> None:
    path = log(tmp_path, *finished(), row("-100"))
    assert run(live_world, path) == [
        "1 of 1 incidents",
        "          1 imported",
        "          0 already there, unchanged",
        "          0 skipped, reported below",
        "5 rows read = 4 used + 0 of cases already there + 1 reported",
        "Not used:",
        "  line 6, INC1, incident_state: “-100” is not a state of an incident.",
    ]
    assert run(live_world, path)[1:5] == [
        "          0 imported",
        "          1 already there, unchanged",
        "          0 skipped, reported below",
        "5 rows read = 0 used + 4 of cases already there + 1 reported",
    ]
    with live_world.scope():
        assert list(differences()) == []


def test_all_options_together(live_world: World, tmp_path: Path) -> None:
    mapping, report = tmp_path / "mapping.json", tmp_path / "report.csv"
    mapping.write_text(
        '{"categories": {"*": "lead-routing"}, "partners": {"Location 1": "rheintor"},'
        ' "timezone": "Asia/Riyadh"}'
    )
    run(
        live_world,
        log(tmp_path, *finished(), row("-100")),
        "--format=servicenow",
        f"--mapping={mapping}",
        "--as-open",
        f"--report={report}",
    )
    with live_world.scope():
        case = Case.objects.get()
        assert (case.status, case.parties.get().partner.slug) == ("new", "rheintor")
    with report.open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "number", "column", "reason", "rows"],
            ["6", "INC1", "incident_state", "“-100” is not a state of an incident.", "1"],
        ]


def test_an_unknown_tenant_is_refused(live_world: World, tmp_path: Path) -> None:
    with pytest.raises(
        CommandError, match=r"^tenant: There is no tenant at “nobody”\. Nothing was imported\.$"
    ):
        call_command("import_cases", str(log(tmp_path, *finished())), "--tenant", "nobody")


def test_what_is_wrong_with_a_file_is_said_in_one_sentence(
    live_world: World, tmp_path: Path
) -> None:
    path = log(tmp_path, *finished())
    assert refusal(live_world, tmp_path / "none.csv") == (
        "none.csv: The file cannot be opened: No such file or directory. Nothing was imported."
    )
    path.write_bytes(path.read_bytes()[:-30])
    assert refusal(live_world, path) == (
        "line 5, assignment_group: The file ends in the middle of this row: it was cut."
        " Nothing was imported."
    )


def test_a_wrong_mapping_is_refused_before_anything_is_written(
    live_world: World, tmp_path: Path
) -> None:
    path, mapping = log(tmp_path, *finished()), tmp_path / "mapping.json"
    option = f"--mapping={mapping}"
    assert refusal(live_world, path, option) == (
        "mapping: The file cannot be opened: No such file or directory. Nothing was imported."
    )
    for content, sentence in (
        (b"{", "mapping: Not JSON at line 1, column 2: "),
        (b"\xff", "mapping: This is not text in UTF-8."),
        (b" " * 1_000_001, "mapping: More than a million bytes."),
        (b'{"categories": {"*": "none"}}', "categories.*: There is no category “none”."),
        (b'{"partners": {"*": "none"}}', "partners.*: There is no partner “none”."),
    ):
        mapping.write_bytes(content)
        assert refusal(live_world, path, option).startswith(sentence)


def test_a_report_that_cannot_be_written_is_refused_before_the_import(
    live_world: World, tmp_path: Path
) -> None:
    report = f"--report={tmp_path}"
    assert refusal(live_world, log(tmp_path, *finished()), report) == (
        "report: The file cannot be written: Is a directory."
    )


def test_a_run_that_breaks_off_says_what_is_done_and_how_to_go_on() -> None:
    report = Report()
    with (
        pytest.raises(CommandError, match=r"^Stopped\. Nothing was imported\.$"),
        one_sentence(report),
    ):
        raise KeyboardInterrupt
    report.imported = 1200
    with (
        pytest.raises(CommandError) as caught,
        one_sentence(report),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 / 0")
    assert str(caught.value) == (
        "The database gave up: division by zero. 1,200 incidents were imported before that, each"
        " whole. Run the command again to go on: what is there already is left as it is."
    )


def test_progress_is_a_line_every_hundred_and_the_last() -> None:
    out = io.StringIO()
    progress = Progress(OutputWrapper(out))
    for done in range(1, 251):
        progress(done, 250)
    assert out.getvalue().splitlines() == [
        "100 of 250 incidents",
        "200 of 250 incidents",
        "250 of 250 incidents",
    ]


def test_progress_on_a_terminal_stays_on_one_line() -> None:
    out = io.StringIO()
    out.isatty = lambda: True  # type: ignore[method-assign]
    progress = Progress(OutputWrapper(out))
    for done in (1, 2, 3):
        progress(done, 3)
    assert out.getvalue() == "\r1 of 3 incidents\r3 of 3 incidents\n"


@needs_real_log
def test_the_real_log_imports_within_a_minute_and_once(live_world: World) -> None:
    out = io.StringIO()
    call_command("import_cases", str(REAL_LOG), "--tenant", live_world.tenant.slug, stdout=out)
    words = out.getvalue().split("890 incidents in ")[1].split()
    assert float(words[0]) < 60
    assert run(live_world, REAL_LOG)[-11:-7] == [
        "          0 imported",
        "        890 already there, unchanged",
        "          0 skipped, reported below",
        "5,998 rows read = 0 used + 5,992 of cases already there + 6 reported",
    ]
    with live_world.scope():
        assert Case.objects.count() == 890
        assert not Clock.objects.filter(state="running").exists()
