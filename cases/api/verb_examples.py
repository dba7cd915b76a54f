"""What the description shows each verb of a case to lead to: the dispute of `examples`, some time
after it was logged. The suite lives it through, and compares."""

from typing import Any

from cases.api.examples import (
    ALPENWERK,
    DECISION,
    PETRA,
    RESPONSE,
    RHEINTOR,
    TOTAL,
    WHOLE,
    clock,
)
from ladder.api.absences import GRACE

Answer = dict[str, Any]
REGIONAL = {
    "id": "0199d3a0-5e00-7222-9999-5a3d6c1b2e05",
    "position": 2,
    "name": "Regional manager",
}


def after(before: Answer, at: str, **changes: Any) -> Answer:
    """Return a case as a verb leaves it: the next version of it."""
    return {**before, "updated_at": at, "version": before["version"] + 1, **changes}


def due(action: str, text: str, due_at: str | None) -> Answer:
    """Return what comes next in a case, and by when."""
    return {"next_step": {"action": action, "text": text, "due_at": due_at}, "due_at": due_at}


def met(one: Answer, at: str) -> Answer:
    """Return a clock that was met."""
    return {**one, "state": "met", "met_at": at}


def ended(one: Answer, at: str) -> Answer:
    """Return a clock that nobody has to meet any more."""
    return {**one, "state": "ended", "ended_at": at}


def stopped(one: Answer) -> Answer:
    """Return a clock that stands still."""
    return {**one, "state": "paused", "due_at": None}


OVER: Answer = {"next_step": None, "due_at": None}
DECIDE = due("decide", "Decide: Tom Brandt", DECISION["due_at"])
ANSWERED = met(RESPONSE, "2026-11-12T09:40:00Z")
TAKEN_UP = after(
    WHOLE,
    "2026-11-12T09:40:00Z",
    status="in_progress",
    clocks=[DECISION, ANSWERED, TOTAL],
    **DECIDE,
)

# --- Up, back, and to somebody else -------------------------------------------------------------
UP, BACK = "2026-11-12T10:30:00Z", "2026-11-12T11:30:00Z"
ABOVE = [
    clock(4, "decision", "P2D", UP, "2026-11-16T16:00:00Z"),
    clock(5, "response", "PT4H", UP, "2026-11-12T14:30:00Z"),
]
HANDED_UP = after(
    TAKEN_UP,
    UP,
    owner=PETRA,
    level=REGIONAL,
    clocks=[ended(DECISION, UP), ANSWERED, TOTAL, *ABOVE],
    **due("acknowledge", "Acknowledge: Petra Winkler", "2026-11-12T14:30:00Z"),
)
HANDED_BACK = after(
    HANDED_UP,
    BACK,
    owner=WHOLE["owner"],
    level=WHOLE["level"],
    clocks=[
        *HANDED_UP["clocks"][:3],
        *(ended(one, BACK) for one in ABOVE),
        clock(6, "decision", "P2D", BACK, "2026-11-16T16:00:00Z"),
        clock(7, "response", "PT4H", BACK, "2026-11-12T15:30:00Z"),
    ],
    **due("acknowledge", "Acknowledge: Tom Brandt", "2026-11-12T15:30:00Z"),
)
REASSIGNED = after(
    TAKEN_UP,
    "2026-11-12T10:00:00Z",
    owner=PETRA,
    **due("decide", "Decide: Petra Winkler", DECISION["due_at"]),
)
HANDED_OVER = after(
    TAKEN_UP,
    "2026-11-12T10:00:00Z",
    owner=GRACE,
    on_behalf_of=WHOLE["owner"],
    **due("decide", "Decide: Grace Doyle", DECISION["due_at"]),
)

# --- To its end, and on again -------------------------------------------------------------------
SETTLED, FILED = "2026-11-13T14:00:00Z", "2026-11-16T09:00:00Z"
AGAIN, ANEW = "2026-11-13T10:00:00Z", "2026-11-18T09:00:00Z"
DECIDED = after(
    TAKEN_UP,
    "2026-11-13T09:00:00Z",
    status="decided",
    outcome="upheld",
    clocks=[met(DECISION, "2026-11-13T09:00:00Z"), ANSWERED, TOTAL],
    **due("write_result", "Write the result down: Tom Brandt", TOTAL["due_at"]),
)
REVISED = after(
    DECIDED,
    AGAIN,
    status="in_progress",
    outcome="",
    clocks=[*DECIDED["clocks"], clock(4, "decision", "P2D", AGAIN, "2026-11-17T16:00:00Z")],
    **due("decide", "Decide: Tom Brandt", "2026-11-17T16:00:00Z"),
)
CLOSING = clock(4, "closing", "PT240H", SETTLED, "2026-11-23T14:00:00Z")
RESOLVED = after(
    DECIDED,
    SETTLED,
    status="resolved",
    resolution="The lead went back to its source.",
    resolved_at=SETTLED,
    clocks=[*DECIDED["clocks"][:2], met(TOTAL, SETTLED), CLOSING],
    **due("close", "Closes by itself", None),
)
CLOSED = after(
    RESOLVED,
    FILED,
    status="closed",
    closed_at=FILED,
    clocks=[*RESOLVED["clocks"][:3], ended(CLOSING, FILED)],
    **OVER,
)
WITHDRAWN = after(
    TAKEN_UP,
    FILED,
    status="withdrawn",
    closed_at=FILED,
    clocks=[ended(DECISION, FILED), ANSWERED, ended(TOTAL, FILED)],
    **OVER,
)
CAME_TO = ("cycle", "outcome", "resolution", "memo_id", "resolved_at", "closed_at")
REOPENED = after(
    CLOSED,
    ANEW,
    status="in_progress",
    outcome="",
    resolution="",
    resolved_at=None,
    closed_at=None,
    cycle=2,
    clocks=[
        clock(5, "decision", "P2D", ANEW, "2026-11-20T16:00:00Z"),
        clock(6, "response", "PT4H", ANEW, "2026-11-18T13:00:00Z"),
        clock(7, "total", "P8D", ANEW, "2026-11-30T16:00:00Z"),
    ],
    earlier_results=[{name: CLOSED[name] for name in CAME_TO}],
    **due("acknowledge", "Acknowledge: Tom Brandt", "2026-11-18T13:00:00Z"),
)

# --- Other times --------------------------------------------------------------------------------
HELD_UNTIL = "2026-11-18T16:00:00Z"
MORE_URGENT = after(
    TAKEN_UP,
    "2026-11-12T10:00:00Z",
    severity="s1",
    severity_reason="The press has called.",
    clocks=[
        {**DECISION, "window": "PT8H", "due_at": "2026-11-13T09:00:00Z"},
        ANSWERED,
        {**TOTAL, "window": "P4D", "due_at": "2026-11-18T16:00:00Z"},
    ],
    **due("decide", "Decide: Tom Brandt", "2026-11-13T09:00:00Z"),
)
HELD = after(
    TAKEN_UP,
    "2026-11-12T10:00:00Z",
    clocks=[{**DECISION, "window": "PT39H", "due_at": HELD_UNTIL}, ANSWERED, TOTAL],
    **due("decide", "Decide: Tom Brandt", HELD_UNTIL),
)
STILL, LOOK_AT, LOOKED, LOOK_AGAIN, ON = (
    *("2026-11-12T10:00:00Z", "2026-11-19T09:00:00Z", "2026-11-19T08:30:00Z"),
    *("2026-11-25T09:00:00Z", "2026-11-13T10:00:00Z"),
)
WAITING = clock(4, "pause", "PT167H", STILL, LOOK_AT)
PAUSED = after(
    TAKEN_UP,
    STILL,
    clocks=[stopped(DECISION), ANSWERED, stopped(TOTAL), WAITING],
    pause={
        "reason": "evidence",
        "partner": ALPENWERK["id"],
        "started_at": STILL,
        "review_by": LOOK_AT,
        "ends_by": "2026-11-26T16:00:00Z",
    },
    **due("wait", "Wait for the answer, or go on: Tom Brandt", LOOK_AT),
)
KEPT_WAITING = after(
    PAUSED,
    LOOKED,
    clocks=[
        *PAUSED["clocks"][:3],
        ended(WAITING, LOOKED),
        clock(5, "pause", "PT144H30M", LOOKED, LOOK_AGAIN),
    ],
    pause={**PAUSED["pause"], "review_by": LOOK_AGAIN},
    **due("wait", "Wait for the answer, or go on: Tom Brandt", LOOK_AGAIN),
)
RESUMED = after(
    PAUSED,
    ON,
    clocks=[
        {**DECISION, "due_at": "2026-11-17T16:00:00Z"},
        ANSWERED,
        {**TOTAL, "due_at": "2026-11-25T16:00:00Z"},
        ended(WAITING, ON),
    ],
    pause=None,
    **due("decide", "Decide: Tom Brandt", "2026-11-17T16:00:00Z"),
)

# --- With the parties ---------------------------------------------------------------------------
REQUEST: Answer = {
    **clock(4, "request", "PT8H", "2026-11-12T10:00:00Z", "2026-11-13T10:00:00Z"),
    "subject": ALPENWERK["id"],
}
ASKED = after(TAKEN_UP, "2026-11-12T10:00:00Z", clocks=[*TAKEN_UP["clocks"], REQUEST])
# As the partner reads it that asked.
ASKED_FOR: Answer = {
    **ASKED,
    **dict.fromkeys(("severity", "confidentiality", "level", "ladder", "channel")),
    **dict.fromkeys(("external_id", "updated_at", "version", "impact_score", "region")),
    **dict.fromkeys(("source", "description", "source_url"), ""),
    "impact": {},
    "fields": {},
    "clocks": [{**one, "window": None} for one in ASKED["clocks"]],
}
DECLINED = after(
    ASKED,
    "2026-11-12T14:00:00Z",
    clocks=[*TAKEN_UP["clocks"], met(REQUEST, "2026-11-12T14:00:00Z")],
)
TOLD = after(
    TAKEN_UP,
    "2026-11-12T15:00:00Z",
    clocks=[
        *TAKEN_UP["clocks"],
        clock(4, "update", "P5D", "2026-11-12T15:00:00Z", "2026-11-19T16:00:00Z"),
    ],
)
JOINED = after(
    TAKEN_UP,
    "2026-11-12T10:00:00Z",
    parties=[*TAKEN_UP["parties"], {"partner": RHEINTOR, "role": "affected"}],
)
