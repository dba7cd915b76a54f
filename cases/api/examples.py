"""What the description shows as examples: one dispute, from its logging on."""

from typing import Any

CASE_ID = "0199d3a0-7c10-7a41-9f02-5a3d6c1b2e01"
TOM = {"id": "0199d3a0-5d7c-7c1e-8b3a-4a2f6d1e9c11", "name": "Tom Brandt"}
PETRA = {"id": "0199d3a0-5d7c-7c1e-8b3a-4a2f6d1e9c12", "name": "Petra Winkler"}
MARIANNE = {"id": "0199d3a0-5d7c-7c1e-8b3a-4a2f6d1e9c15", "name": "Marianne Voss"}
ALPENWERK = {"id": "0199d3a0-6e01-7b52-8c0d-0d4e5f6a7b21", "name": "Alpenwerk"}
RHEINTOR = {"id": "0199d3a0-6e01-7b52-8c0d-0d4e5f6a7b23", "name": "Rheintor"}
LOGGED: dict[str, Any] = {
    "partner": "CRM-00042",
    "category": "deal-registration",
    "title": "Two registrations for one deal",
    "description": "Rheintor registered our deal 38 days after us.",
    "impact": {
        "revenue": "180000",
        "customers": 1,
        "exposure": "customer",
        "relationship": "repeat",
    },
    "fields": {"reg_no": "REG-2231", "submitted": "2026-10-05", "stage": "quoted"},
    "external_id": "5003000000D8cuI",
    "source": "salesforce",
    "source_url": "https://crm.quellwerk.example/5003000000D8cuI",
}
OPENED = "2026-11-12T09:00:00Z"


def clock(number: int, kind: str, window: str, started_at: str, due_at: str) -> dict[str, Any]:
    """Return a clock that runs, the dispute's so many-th."""
    return {
        "id": f"0199d3a0-7c11-7111-8888-5a3d6c1b2e{number:02}",
        "kind": kind,
        "state": "running",
        "window": window,
        "started_at": started_at,
        "due_at": due_at,
        "met_at": None,
        "breached_at": None,
        "ended_at": None,
        "subject": None,
    }


DECISION = clock(1, "decision", "P2D", OPENED, "2026-11-16T16:00:00Z")
RESPONSE = clock(2, "response", "PT4H", OPENED, "2026-11-12T13:00:00Z")
TOTAL = clock(3, "total", "P8D", OPENED, "2026-11-24T16:00:00Z")
SUMMARY: dict[str, Any] = {
    "id": CASE_ID,
    "number": "ESC-2026-0042",
    "title": LOGGED["title"],
    "status": "new",
    "outcome": "",
    "category": "deal-registration",
    "severity": "s2",
    "confidentiality": "normal",
    "partner": ALPENWERK,
    "owner": TOM,
    "on_behalf_of": None,
    "level": {
        "id": "0199d3a0-5e00-7222-9999-5a3d6c1b2e03",
        "position": 1,
        "name": "Channel manager",
    },
    "ladder": "0199d3a0-5e00-7333-9999-5a3d6c1b2e04",
    "clocks": [DECISION, RESPONSE, TOTAL],
    "pause": None,
    "next_step": {
        "action": "acknowledge",
        "text": "Acknowledge: Tom Brandt",
        "due_at": RESPONSE["due_at"],
    },
    "missing_fields": [],
    "due_at": RESPONSE["due_at"],
    "due_missed": False,
    "deal_id": "",
    "external_id": LOGGED["external_id"],
    "source": "salesforce",
    "channel": "api",
    "cycle": 1,
    "memo_id": None,
    "opened_at": OPENED,
    "updated_at": OPENED,
    "resolved_at": None,
    "closed_at": None,
    "version": 1,
}
WHOLE: dict[str, Any] = {
    **SUMMARY,
    "description": LOGGED["description"],
    "severity_reason": "",
    "impact": {**LOGGED["impact"], "decides_soon": False},
    "impact_score": 51,
    "fields": LOGGED["fields"],
    "amount": None,
    "currency": "",
    "source_url": LOGGED["source_url"],
    "region": "dach",
    "resolution": "",
    "parties": [{"partner": ALPENWERK, "role": "complainant"}],
    "earlier_results": [],
}
# What brings it up to date says more of it than was said when it was logged.
SENT: dict[str, Any] = {
    **{k: v for k, v in LOGGED.items() if k not in ("external_id", "source")},
    "deal_id": "D-7781",
}
SENT_AGAIN: dict[str, Any] = {
    **WHOLE,
    "deal_id": SENT["deal_id"],
    "updated_at": "2026-11-12T09:20:00Z",
    "version": 2,
}
MESSAGE = {
    "id": "0199d3a0-7d00-7444-9999-5a3d6c1b2e05",
    "kind": "message",
    "author": TOM,
    "audience": "party",
    "partner": ALPENWERK["id"],
    "body": "Please send us the customer's letter.",
    "at": "2026-11-12T09:20:00Z",
}

EXPLANATION: dict[str, Any] = {
    "id": "0199d3a0-7c11-7111-8888-5a3d6c1b2e40",
    "case": CASE_ID,
    "kind": "response",
    "state": "running",
    "subject": None,
    "text": "Due Mon 2 Nov 14:30 because it counts 1 h of business time from Fri 30 Oct 20:30:"
    " 30 min on Friday, none at the weekend, 30 min on Monday.",
    "as_of": "2026-10-30T20:45:00Z",
    "known_since": None,
    "asks": TOM,
    "level": SUMMARY["level"],
    "started_at": "2026-10-30T20:30:00Z",
    "cause": "opened",
    "window": "PT1H",
    "window_from": "level",
    "around_the_clock": False,
    "calendar": {
        "id": "0199d3a0-6f10-7777-9999-5a3d6c1b2e08",
        "name": "New York",
        "version": 2,
        "timezone": "America/New_York",
    },
    "rebased": None,
    "target_seconds": 3600,
    "counted_seconds": 900,
    "left_seconds": 2700,
    "due_at": "2026-11-02T14:30:00Z",
    "derived_due_at": "2026-11-02T14:30:00Z",
    "agrees": True,
    "met_at": None,
    "breached_at": None,
    "ended_at": None,
    "steps": [
        {
            "from": "2026-10-30T20:30:00Z",
            "to": "2026-10-30T21:00:00Z",
            "counted_seconds": 1800,
            "total_seconds": 1800,
            "why": "open",
            "dates": [],
            "pauses": [],
        },
        {
            "from": "2026-10-30T21:00:00Z",
            "to": "2026-11-02T14:00:00Z",
            "counted_seconds": 0,
            "total_seconds": 1800,
            "why": "closed",
            "dates": [],
            "pauses": [],
        },
        {
            "from": "2026-11-02T14:00:00Z",
            "to": "2026-11-02T14:30:00Z",
            "counted_seconds": 1800,
            "total_seconds": 3600,
            "why": "open",
            "dates": [],
            "pauses": [],
        },
    ],
    "pauses": [],
}
