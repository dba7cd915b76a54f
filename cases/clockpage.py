"""The page that says why a clock is due when it is."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format

from cases.explained import explain_clock
from cases.explaining import Explanation, Stand, Stretch
from cases.explainwords import (
    because,
    doubt_words,
    is_short,
    length_words,
    outcome_words,
    shift_words,
    stand_words,
    why_words,
)
from cases.models import Case, Clock, ClockKind
from cases.origins import cause_words, giver_words, origin_of, rebase_of, window_words
from cases.pages import chip, clock_words
from ladder.hours import week_words
from ladder.models import CalendarVersion


def context_of(case: Case, clock: Clock, case_url: str, now: datetime) -> dict[str, Any]:
    """Return what the template reads: the answer, the way, and the rules."""
    explained = explain_clock(case, clock, now)
    return {
        "case": {"id": case.pk, "url": case_url, "number": case.number, "title": case.title},
        "label": clock_words()[clock.kind],
        "clock": chip(clock, case, now, ""),
        "why": told(explained),
        "facts": facts_of(case, clock),
        "rebased": rebased_shown(case, clock),
        "rules": rules_shown(clock, explained),
        "stands": [stand_shown(stand) for stand in explained.clock.stops()],
    }


def told(explained: Explanation) -> dict[str, Any]:
    """Return an explanation in words, and the way step by step."""
    shifts = shift_words(explained)
    return {
        "because": because(explained),
        "outcome": outcome_words(explained),
        "doubt": doubt_words(explained),
        "shifts": shifts,
        "there": elsewhere(explained),
        "still": explained.stands_still,
        "steps": [step(explained, stretch) for stretch in explained.stretches],
        "exact": is_short(explained),
        "zoned": bool(shifts),
    }


def step(explained: Explanation, stretch: Stretch) -> dict[str, Any]:
    """Return one line of the way."""
    over = explained.clock.over_at is not None or explained.stands_still
    return {
        "from": stretch.from_,
        "to": stretch.to,
        "words": why_words(explained, stretch),
        "counted": length_words(stretch.counted_seconds) if stretch.counted_seconds else "",
        "total": length_words(stretch.total_seconds),
        "now": not over and stretch.from_ <= explained.at < stretch.to,
    }


def elsewhere(explained: Explanation) -> dict[str, str] | None:
    """Return the zone in which the hours are counted, where that is not the reader's own, and what
    the due time is there; None where both are the same or hours do not matter."""
    zone = explained.clock.hours.zone
    if explained.clock.around_the_clock or zone.key == timezone.get_current_timezone_name():
        return None
    due = explained.due_at
    same = due is None or due.astimezone(zone).utcoffset() == timezone.localtime(due).utcoffset()
    return {"zone": zone.key, "due": "" if same or due is None else local_words(due, zone)}


def local_words(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as clocks of a zone show it."""
    return date_format(at.astimezone(zone), "D j M H:i")


def facts_of(case: Case, clock: Clock) -> dict[str, Any]:
    """Return where a clock comes from."""
    origin = origin_of(case, clock)
    owner, backup = origin.owner, origin.backup
    return {
        "owner": owner.name if owner else "",
        "backup": backup.name if backup else "",
        "admins": clock.kind == ClockKind.REMINDER,
        "by_itself": clock.kind == ClockKind.CLOSING,
        "started_at": clock.anchor,
        "cause": cause_words(origin.cause),
        "window": window_words(clock.window),
        "giver": giver_words(origin, case),
        "met_at": clock.met_at,
        "breached_at": clock.breached_at,
        "processed_at": clock.processed_at,
        "ended_at": clock.ended_at,
    }


def rebased_shown(case: Case, clock: Clock) -> dict[str, Any] | None:
    """Return when a clock was put on other rules than those it started with, and as proposed why;
    None where it never was."""
    rebase = rebase_of(case, clock)
    if rebase is None:
        return None
    return {"at": clock.rebased_at, "id": rebase.pk, "reason": rebase.reason}


def rules_shown(clock: Clock, explained: Explanation) -> dict[str, Any]:
    """Return the hours that a clock has pinned, and whether newer ones are in force."""
    version = clock.calendar_version
    later = CalendarVersion.objects.filter(calendar_id=version.calendar_id)
    newest = later.order_by("-number").values_list("number", flat=True).first()
    return {
        "around_the_clock": explained.clock.around_the_clock,
        "calendar": version.calendar.name,
        "version": version.number,
        "since": version.created_at,
        "newest": newest if newest != version.number else None,
        **hours_shown(explained),
    }


def hours_shown(explained: Explanation) -> dict[str, Any]:
    """Return the week's hours and their zone."""
    rules = explained.clock.calendar.rules
    return {"zone": rules.timezone, "week": week_words(rules.to_json()["weekly"])}


def stand_shown(stand: Stand) -> dict[str, Any]:
    """Return a pause with what was written about it."""
    return {
        "words": stand_words(stand),
        "text": stand.text,
        "since": stand.started_at,
        "until": stand.ended_at,
        "ends_by": stand.ends_by,
        "by": stand.by,
        "end": stand.end_reason,
    }
