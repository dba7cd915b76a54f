"""A file is read whole, or refused with line and reason."""

import gzip
from pathlib import Path

import pytest

from cases.importing.lines import FileRefused, raw_rows


def refused(path: Path) -> tuple[int, str, str]:
    """Return why a file is refused."""
    with pytest.raises(FileRefused) as caught:
        list(raw_rows(path))
    return caught.value.line, caught.value.column, caught.value.reason


def test_rows_come_with_their_line_and_the_last_one_is_known(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b'\xef\xbb\xbfa,b\n\n1,"two\nlines"\n3,4')
    assert [(r.line, r.values, r.is_last, r.is_ended) for r in raw_rows(path)] == [
        (1, ["a", "b"], False, True),
        (4, ["1", "two\nlines"], False, True),
        (5, ["3", "4"], True, False),
    ]


def test_a_gzipped_file_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert [row.values for row in raw_rows(path)] == [["a", "b"], ["1", "2"]]


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"")
    assert list(raw_rows(path)) == []


def test_a_cut_gzip_is_refused_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    whole = gzip.compress(b"".join(b"%d,%d\n" % (n, n * n) for n in range(50_000)))
    path.write_bytes(whole[: len(whole) // 2])
    line, column, reason = refused(path)
    assert 10_000 < line < 50_000
    assert (column, reason.split(": ", 1)[1]) == (
        "row",
        "The compressed file ends too early: it was cut.",
    )


def test_a_gzip_without_its_checksum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n")[:-4])
    assert refused(path)[1:] == (
        "row",
        "line 3, row: The compressed file ends too early: it was cut.",
    )


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    whole = bytearray(gzip.compress(b"a,b\n1,2\n"))
    whole[-6] ^= 0xFF
    path.write_bytes(bytes(whole))
    assert "The file cannot be read on from here: CRC check failed" in refused(path)[2]


def test_bytes_that_are_not_text_are_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"a,b\n1,\xff\n")
    assert refused(path) == (2, "row", "line 2, row: This is not text in UTF-8.")


def test_a_quote_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b'a,b\n1,"2\n')
    assert refused(path)[2] == "line 2, row: This is not CSV: unexpected end of data."


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"a," * 600_000)
    assert refused(path) == (1, "row", "line 1, row: A line of more than a million bytes.")


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv") == (
        0,
        "none.csv",
        "none.csv: The file cannot be opened: No such file or directory.",
    )
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    assert refused(folder)[2] == "folder.csv: The file cannot be opened: Is a directory."
