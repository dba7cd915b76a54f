"""Windows: reading, refusing, writing, halving, describing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladder.durations import Window, WindowError, describe, format_window, parse_window

TEN_YEARS = 3650 * 86_400
WINDOWS = st.one_of(
    st.integers(1, TEN_YEARS).map(lambda seconds: Window(seconds=seconds)),
    st.integers(1, 3650).map(lambda days: Window(days=days)),
)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("PT4H", Window(seconds=14_400)),
        ("PT5S", Window(seconds=5)),
        ("PT1M", Window(seconds=60)),
        ("PT1H30M", Window(seconds=5_400)),
        ("PT1H5S", Window(seconds=3_605)),
        ("PT90M", Window(seconds=5_400)),
        ("PT87600H", Window(seconds=TEN_YEARS)),
        ("P2D", Window(days=2)),
        ("P3650D", Window(days=3650)),
    ],
)
def test_parse_reads(text: str, window: Window) -> None:
    assert parse_window(text) == window
    assert parse_window(text).in_days == (window.days > 0)


MIXED = "Days and hours cannot be mixed: write P2D or PT16H."
ZERO = "A window cannot be zero."
NEGATIVE = "A window cannot be negative."
FRACTION = "A window has no fractions: write smaller units instead."
LARGE_UNITS = "Weeks, months and years are not business time: write days."
TOO_LONG = "A window cannot be longer than ten years."
UNREADABLE = "Write business time like PT4H or PT1H30M, or business days like P2D."
NO_TEXT = "A window is a text like PT4H or P2D."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("P1DT2H", MIXED),
        ("P1DT", MIXED),
        ("PT0S", ZERO),
        ("PT0H0M", ZERO),
        ("P0D", ZERO),
        ("-P1D", NEGATIVE),
        ("PT-4H", NEGATIVE),
        ("+P1D", NEGATIVE),
        ("PT1.5H", FRACTION),
        ("P0,5D", FRACTION),
        ("P1W", LARGE_UNITS),
        ("P1M", LARGE_UNITS),
        ("P1Y", LARGE_UNITS),
        ("P1M2DT3H", LARGE_UNITS),
        ("P3651D", TOO_LONG),
        ("PT315360001S", TOO_LONG),
        ("P" + "9" * 30 + "D", TOO_LONG),
        ("P" + "9" * 5_000 + "D", UNREADABLE),
        ("", UNREADABLE),
        ("P", UNREADABLE),
        ("PT", UNREADABLE),
        ("PT4", UNREADABLE),
        ("4h", UNREADABLE),
        ("pt4h", UNREADABLE),
        (" PT4H", UNREADABLE),
        ("PT4H\n", UNREADABLE),
        ("PT4M1H", UNREADABLE),
        ("PT٤H", UNREADABLE),
        (None, NO_TEXT),
        (4, NO_TEXT),
        (b"PT4H", NO_TEXT),
    ],
)
def test_parse_refuses_with_field_and_reason(text: object, reason: str) -> None:
    with pytest.raises(WindowError) as caught:
        parse_window(text, "levels[0].response_window")
    assert caught.value.field == "levels[0].response_window"
    assert caught.value.reason == reason
    assert str(caught.value) == f"levels[0].response_window: {reason}"


@pytest.mark.parametrize(
    ("seconds", "days", "reason"),
    [
        (0, 0, ZERO),
        (60, 1, MIXED),
        (-1, 0, NEGATIVE),
        (0, -1, NEGATIVE),
        (TEN_YEARS + 1, 0, TOO_LONG),
        (0, 3651, TOO_LONG),
    ],
)
def test_a_window_checks_itself(seconds: int, days: int, reason: str) -> None:
    with pytest.raises(WindowError) as caught:
        Window(seconds=seconds, days=days)
    assert (caught.value.field, caught.value.reason) == ("window", reason)


@pytest.mark.parametrize(
    ("window", "text", "words"),
    [
        (Window(seconds=14_400), "PT4H", "4 h"),
        (Window(seconds=5_400), "PT1H30M", "1 h 30 min"),
        (Window(seconds=3_605), "PT1H5S", "1 h 5 s"),
        (Window(seconds=5), "PT5S", "5 s"),
        (Window(seconds=90_000), "PT25H", "25 h"),
        (Window(days=1), "P1D", "1 business day"),
        (Window(days=2), "P2D", "2 business days"),
    ],
)
def test_format_and_describe(window: Window, text: str, words: str) -> None:
    assert format_window(window) == text
    assert describe(window) == words


@given(WINDOWS)
def test_what_is_written_is_read_back(window: Window) -> None:
    assert parse_window(format_window(window)) == window
