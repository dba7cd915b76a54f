"""From a `.csv` or `.csv.gz` file to rows of text: whole, or refused with line and reason."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from tenants.errors import Refused

GZIP_MAGIC = b"\x1f\x8b"
LONGEST_LINE = 1_000_000
CUT = "The file ends in the middle of this row: it was cut."


class FileRefused(Refused):
    """A log that cannot be imported at all. Nothing was written.

    `line` counts from 1, 0 where no line is to blame; `column` says where in it.
    """

    def __init__(self, line: int, column: str, reason: str) -> None:
        place = f"line {line}, {column}" if line else column
        super().__init__(f"{place}: {reason}")
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class RawRow:
    """The values of one row. `is_ended` says whether a line end followed the last one."""

    line: int
    values: list[str]
    is_last: bool = False
    is_ended: bool = True


class _Lines:
    """The lines of a file as text; knows how far it is and whether the last line had its end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.number = 0
        self.is_ended = True
        self._stream = stream

    def __iter__(self) -> Iterator[str]:
        while line := self._next_line():
            self.number += 1
            self.is_ended = line.endswith(b"\n")
            if not self.is_ended and len(line) == LONGEST_LINE:
                raise FileRefused(self.number, "row", "A line of more than a million bytes.")
            yield self._text(line)

    def _next_line(self) -> bytes:
        try:
            return self._stream.readline(LONGEST_LINE)
        except EOFError as error:
            reason = "The compressed file ends too early: it was cut."
            raise FileRefused(self.number + 1, "row", reason) from error
        except (OSError, zlib.error) as error:
            reason = f"The file cannot be read on from here: {error}."
            raise FileRefused(self.number + 1, "row", reason) from error

    def _text(self, line: bytes) -> str:
        try:
            return line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise FileRefused(self.number, "row", "This is not text in UTF-8.") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise FileRefused(0, path.name, f"The file cannot be opened: {error.strerror}.") from error
    with stream:
        if stream.peek(2)[:2] != GZIP_MAGIC:
            yield stream
            return
        with gzip.open(stream, "rb") as inflated:
            yield cast("IO[bytes]", inflated)


def _values(lines: _Lines) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, strict=True)
    try:
        for values in reader:
            if values:
                yield reader.line_num, values
    except csv.Error as error:
        raise FileRefused(lines.number, "row", f"This is not CSV: {error}.") from error


def raw_rows(path: Path) -> Iterator[RawRow]:
    """Yield the rows of a file, the header first; empty lines are no rows.

    Holds one row at a time. Raises `FileRefused` where the file is not whole UTF-8 CSV; whether
    it is gzipped its first bytes say, not its name.
    """
    with _opened(path) as stream:
        lines = _Lines(stream)
        held: tuple[int, list[str]] | None = None
        for line, values in _values(lines):
            if held:
                yield RawRow(*held)
            held = (line, values)
        if held:
            yield RawRow(*held, is_last=True, is_ended=lines.is_ended)
