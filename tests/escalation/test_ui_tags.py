"""What pages show of instants, clocks, levels and forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone

from escalation.templatetags import ui

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # Tuesday 10:00 in Berlin
HOUR = 3600


@dataclass
class Chip:
    """The least a clock chip shows."""

    state: str
    due_at: datetime | None = None
    ended_at: datetime | None = None
    soon_at: datetime | None = None
    label: str = "Response"


class Answer(forms.Form):
    """One control of each look."""

    text = forms.CharField(help_text="One line.", widget=forms.TextInput(attrs={"class": "own"}))
    long = forms.CharField(widget=forms.Textarea)
    tall = forms.CharField(widget=forms.Textarea(attrs={"rows": 12}))
    number = forms.IntegerField(required=False)
    day = forms.DateField(required=False)
    one_of = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    tick = forms.BooleanField(required=False)
    pick = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


@pytest.fixture(autouse=True)
def berlin() -> Iterator[None]:
    """The reader sits in Berlin."""
    with timezone.override("Europe/Berlin"):
        yield


def shown(source: str, **context: object) -> str:
    """Render a line of template with our tags."""
    return Template("{% load ui %}" + source).render(Context({"now": NOW, **context})).strip()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (59.9, "59s"),
        (119, "119s"),
        (120, "2m 00s"),
        (250, "4m 10s"),
        (HOUR - 1, "59m 59s"),
        (HOUR, "1h"),
        (7 * HOUR + 30 * 60, "7h 30m"),
        (24 * HOUR - 1, "23h 59m"),
        (24 * HOUR, "1d"),
        (28 * HOUR, "1d 4h"),
        (-250, "4m 10s"),
    ],
)
def test_a_span_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert ui.span_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(119, "119s"), (120, "2m"), (23 * 60 + 59, "23m"), (5400, "1h 30m")]
)
def test_what_is_over_needs_no_seconds_beside_minutes(seconds: float, text: str) -> None:
    assert ui.span_text(seconds, exact=False) == text


def test_time_left_gets_a_minus_sign_once_it_has_passed() -> None:
    assert ui.left_text(NOW + timedelta(minutes=5), NOW) == "5m 00s"
    assert ui.left_text(NOW, NOW) == "0s"
    assert ui.left_text(NOW - timedelta(hours=4, minutes=10), NOW) == "\N{MINUS SIGN}4h 10m"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), "today 17:00"),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "today 00:30"),
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), "yesterday 23:59"),
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), "tomorrow 10:00"),
        (datetime(2026, 11, 26, 9, 0, tzinfo=UTC), "Thu 10:00"),
        (datetime(2026, 11, 30, 9, 0, tzinfo=UTC), "Mon 10:00"),
        (datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "Tue 1 Dec 10:00"),
        (datetime(2026, 11, 22, 9, 0, tzinfo=UTC), "Sun 22 Nov 10:00"),
        (datetime(2027, 1, 4, 9, 0, tzinfo=UTC), "4 Jan 2027 10:00"),
    ],
)
def test_a_moment_names_its_day(at: datetime, text: str) -> None:
    assert ui.moment_text(at, NOW) == text


def test_a_moment_says_date_and_zone_on_hover() -> None:
    assert shown("{% moment at %}", at=NOW + timedelta(hours=6)) == (
        '<time datetime="2026-11-24T16:00:00+01:00" title="Tue 24 Nov 2026, 16:00 Berlin">'
        "today 16:00</time>"
    )
    assert shown('{% moment at "time" %}', at=NOW).endswith(">10:00</time>")
    assert shown("{% moment at %}", at=None) == ""


def test_a_moment_is_told_in_the_readers_zone() -> None:
    with timezone.override("America/New_York"):
        assert shown("{% moment at %}", at=NOW) == (
            '<time datetime="2026-11-24T04:00:00-05:00" title="Tue 24 Nov 2026, 04:00 New York">'
            "today 04:00</time>"
        )


def test_a_moment_without_the_pages_instant_takes_the_present_one() -> None:
    present = Template("{% load ui %}{% moment at %}").render(Context({"at": timezone.now()}))
    assert ">today " in present


@pytest.mark.parametrize(
    ("until", "text"),
    [
        (NOW + timedelta(hours=2), "today 10:00 to 12:00"),
        (NOW + timedelta(hours=30), "today 10:00 to tomorrow 16:00"),
    ],
)
def test_a_period_names_a_day_once(until: datetime, text: str) -> None:
    page = shown("{% period since until %}", since=NOW, until=until)
    assert re.sub("<[^>]+>", "", page) == text


@pytest.mark.parametrize(
    ("chip", "figure"),
    [
        (Chip("running", NOW + timedelta(hours=28)), "1d 4h"),
        (Chip("soon", NOW + timedelta(minutes=5)), "5m 00s"),
        (Chip("late", NOW - timedelta(minutes=12)), "\N{MINUS SIGN}12m 00s"),
        (Chip("paused"), "paused"),
        (Chip("met", NOW, NOW - timedelta(minutes=23)), "23m early"),
        (Chip("met", NOW, NOW), "0s early"),
        (Chip("met_late", NOW, NOW + timedelta(hours=2)), "2h late"),
        (Chip("met"), ""),
        (Chip("missed", NOW - timedelta(hours=1), NOW), "today 09:00"),
        (Chip("ended", NOW + timedelta(days=2), NOW), "today 10:00"),
        (Chip("ended"), ""),
    ],
)
def test_the_figure_of_a_chip(chip: Chip, figure: str) -> None:
    assert shown("{% clock_figure clock %}", clock=chip) == figure


def test_every_state_has_an_icon_and_a_word_of_its_own() -> None:
    states = ui.CLOCK_ICONS.keys()
    assert all(ui.clock_word(state) for state in states)
    assert {state for state in states if ui.is_ticking(state)} == {"running", "soon", "late"}
    words = {ui.clock_word(state) for state in states - {"met_late"}}
    assert len(words) == len(states) - 1
    with pytest.raises(KeyError):
        ui.clock_icon("unknown")


def test_a_running_chip_tells_the_script_when_to_change() -> None:
    soon, due = NOW + timedelta(minutes=1), NOW + timedelta(minutes=9)
    page = shown(
        '{% include "components/clock.html" with subject="C-2" %}',
        clock=Chip("running", due, soon_at=soon),
    )
    assert 'data-state="running"' in page
    assert 'data-due="2026-11-24T09:09:00.000+00:00"' in page
    assert 'data-soon="2026-11-24T09:01:00.000+00:00"' in page
    assert 'data-name="C-2 Response"' in page
    assert "9m 00s" in page


def test_a_chip_that_is_over_does_not_tick() -> None:
    page = shown('{% include "components/clock.html" %}', clock=Chip("missed", NOW, NOW))
    assert "data-clock" not in page
    assert "Missed" in page


def test_clocks_are_split_into_open_and_over() -> None:
    clocks = [Chip(state) for state in ui.CLOCK_ICONS]
    assert [clock.state for clock in ui.unfinished(clocks)] == ["running", "soon", "late", "paused"]
    assert [clock.state for clock in ui.finished(clocks)] == ["met", "met_late", "missed", "ended"]


def test_levels_say_where_the_case_stands() -> None:
    assert ui.levels(2, 4) == ["passed", "current", "ahead", "ahead"]
    assert ui.levels(1, 1) == ["current"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Tom Brandt", "TB"), ("Ruth", "R"), ("Elena de la Marchetti", "EM"), ("", "")],
)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_an_icon_is_decoration() -> None:
    assert shown('{% icon "clock" "big" %}') == (
        '<svg class="p-i big" aria-hidden="true">'
        '<use href="/static/vendor/icons/sprite.svg#clock"/></svg>'
    )


def test_the_script_gets_the_units_and_the_sprite() -> None:
    assert shown("{% time_units %}") == "d h m s"
    assert shown("{% sprite %}") == "/static/vendor/icons/sprite.svg"
    assert ui.iso(None) == ""


def test_a_zone_is_called_by_its_place() -> None:
    assert ui.zone_city("America/New_York") == "New York"
    assert ui.zone_city("UTC") == "UTC"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("text", 'class="form-control own"'),
        ("long", 'rows="4"'),
        ("tall", 'rows="12"'),
        ("number", 'class="form-control p-w12"'),
        ("day", 'class="form-control p-w12"'),
        ("one_of", 'class="form-select"'),
        ("tick", 'class="p-check"'),
    ],
)
def test_a_control_wears_our_classes(name: str, part: str) -> None:
    assert part in ui.control(Answer()[name])


def test_a_field_in_error_is_tied_to_its_hint_and_its_errors() -> None:
    page = shown('{% include "components/form_field.html" %}', field=Answer({})["text"])
    assert 'aria-describedby="id_text_helptext id_text_error"' in page
    assert 'id="id_text_helptext"' in page
    assert 'id="id_text_error"' in page
    assert 'aria-invalid="true"' in page


def test_ids_keep_two_forms_of_a_page_apart() -> None:
    form = ui.ids_under(Answer({}), "decide")
    assert form["text"].id_for_label == "decide-text"
    page = shown('{% include "components/error_summary.html" %}', form=form)
    assert 'href="#decide-text"' in page
    assert 'href="#decide-pick"' in page


def test_the_summary_of_a_group_leads_to_something_that_takes_the_focus() -> None:
    page = shown('{% include "components/form_field.html" %}', field=Answer({})["pick"])
    assert '<fieldset class="p-field p-field-bad" id="id_pick" tabindex="-1"' in " ".join(
        page.split()
    )


def test_looks_of_fields() -> None:
    form = Answer()
    assert [name for name in form.fields if ui.is_checkbox(form[name])] == ["tick"]
    assert [name for name in form.fields if ui.is_choice_list(form[name])] == ["pick"]


def test_two_acts_get_buttons_and_none_that_ends_a_case() -> None:
    acts = [{"key": key, "danger": key == "withdraw"} for key in ("withdraw", "a", "b", "c")]
    assert [act["key"] for act in ui.at_hand(acts)] == ["a", "b"]
    assert [act["key"] for act in ui.put_away(acts)] == ["withdraw", "c"]
