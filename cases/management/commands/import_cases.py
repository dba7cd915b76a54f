"""`import_cases FILE --tenant SLUG`: cases from another system's incident log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    OutputWrapper,
)
from django.db import DatabaseError
from django.utils import timezone

from cases.importing.mapping import LARGEST_FILE, Meaning, parse_mapping
from cases.importing.report import Report
from cases.importing.run import Import
from tenants.errors import Invalid, Refused
from tenants.queries import tenant_at

FORMATS = ("servicenow",)
STEP = 100
AGAIN = "Run the command again to go on: what is there already is left as it is."


class Progress:
    """Tells how far an import is: each second over the same line of a terminal, else a line every
    hundred incidents."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._is_terminal = out.isatty()
        self._last = 0.0
        self._told = 0

    def __call__(self, done: int, of: int) -> None:
        """Take note that `done` of so many incidents are done."""
        if self._is_terminal:
            if done == of or time.monotonic() - self._last >= 1:
                self._last = time.monotonic()
                ending = "\n" if done == of else ""
                self._out.write(f"\r{done:,} of {of:,} incidents", ending=ending)
                self._out.flush()
        elif done // STEP > self._told // STEP or done == of:
            self._told = done
            self._out.write(f"{done:,} of {of:,} incidents")


class Command(BaseCommand):
    """See the module's docstring and `docs/import.md`."""

    help = "Import an incident log (.csv or .csv.gz) as cases with their history."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="the log: .csv or .csv.gz")
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="whose cases")
        parser.add_argument("--format", choices=FORMATS, default=FORMATS[0])
        parser.add_argument("--mapping", type=Path, metavar="FILE", help="JSON: see the manual")
        parser.add_argument(
            "--as-open",
            action="store_true",
            help="log every incident as new now: the ladder takes them over",
        )
        parser.add_argument("--report", type=Path, metavar="FILE", help="all problems as CSV")

    def handle(
        self,
        *,
        file: Path,
        tenant: str,
        mapping: Path | None,
        as_open: bool,
        report: Path | None,
        **_options: object,
    ) -> None:
        """Import; what is refused ends the command with one sentence and status 1."""
        started = time.monotonic()
        with report_file(report) as sink, one_sentence(Report(sink)) as counted:
            Import(
                tenant_id=tenant_at(tenant).pk,
                path=file,
                meaning=read_mapping(mapping),
                now=timezone.now,
                as_open=as_open,
                told=Progress(self.stdout),
                report=counted,
            ).run()
        for line in counted.lines(time.monotonic() - started):
            self.stdout.write(line)


def read_mapping(path: Path | None) -> Meaning:
    """Read the mapping file; none maps everything to the defaults. Raises `Invalid`."""
    if path is None:
        return Meaning()
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise Invalid({"mapping": f"The file cannot be opened: {error.strerror}."}) from error
    except UnicodeDecodeError as error:
        raise Invalid({"mapping": "This is not text in UTF-8."}) from error
    if len(content) > LARGEST_FILE:
        raise Invalid({"mapping": "More than a million bytes."})
    return parse_mapping(text)


@contextmanager
def report_file(path: Path | None) -> Iterator[TextIO | None]:
    """Open the file for the report, before anything is imported."""
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"report: The file cannot be written: {error.strerror}.") from error
    with file:
        yield file


@contextmanager
def one_sentence(report: Report) -> Iterator[Report]:
    """Turn what can go wrong into one sentence, which says what was done before it."""
    try:
        yield report
    except Refused as error:
        raise CommandError(_with_progress(error.reason, report)) from error
    except DatabaseError as error:
        reason = f"The database gave up: {str(error).splitlines()[0]}."
        raise CommandError(_with_progress(reason, report)) from error
    except KeyboardInterrupt:
        raise CommandError(_with_progress("Stopped.", report)) from None


def _with_progress(reason: str, report: Report) -> str:
    if not report.imported:
        return f"{reason} Nothing was imported."
    return f"{reason} {report.imported:,} incidents were imported before that, each whole. {AGAIN}"
