"""What the description shows as examples: one dispute, from its logging on."""

from typing import Any

CASE_ID = "0199d3a0-7c10-7a41-9f02-5a3d6c1b2e01"
TOM = {"id": "0199d3a0-5d7c-7c1e-8b3a-4a2f6d1e9c11", "name": "Tom Brandt"}
ALPENWERK = {"id": "0199d3a0-6e01-7b52-8c0d-0d4e5f6a7b21", "name": "Alpenwerk"}
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
    "fields": {"reg_no": "REG-2231", "submitted": "2026-10-05"},
    "external_id": "5003000000D8cuI",
    "source": "salesforce",
    "source_url": "https://crm.quellwerk.example/5003000000D8cuI",
}
CLOCK = {
    "id": "0199d3a0-7c11-7111-8888-5a3d6c1b2e02",
    "kind": "response",
    "state": "running",
    "window": "PT2H",
    "started_at": "2026-11-12T09:00:00Z",
    "due_at": "2026-11-12T11:00:00Z",
    "met_at": None,
    "breached_at": None,
    "ended_at": None,
    "subject": None,
}
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
    "level": {
        "id": "0199d3a0-5e00-7222-9999-5a3d6c1b2e03",
        "position": 1,
        "name": "Channel manager",
    },
    "ladder": "0199d3a0-5e00-7333-9999-5a3d6c1b2e04",
    "clocks": [CLOCK],
    "pause": None,
    "next_step": {
        "action": "complete_fields",
        "text": "Complete what is missing: Tom Brandt",
        "due_at": "2026-11-12T11:00:00Z",
    },
    "missing_fields": ["stage"],
    "due_at": "2026-11-12T11:00:00Z",
    "due_missed": False,
    "deal_id": "",
    "external_id": LOGGED["external_id"],
    "source": "salesforce",
    "channel": "api",
    "cycle": 1,
    "memo_id": None,
    "opened_at": "2026-11-12T09:00:00Z",
    "updated_at": "2026-11-12T09:00:00Z",
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
    "id": CLOCK["id"],
    "case": CASE_ID,
    "kind": "response",
    "state": "running",
    "subject": None,
    "text": "Due Mon 2 Nov 14:30 because it counts 1 h of working time from Fri 30 Oct 20:30:"
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


def page(*results: Any) -> dict[str, Any]:
    """Return a page of a list."""
    return {"results": list(results), "next": None, "previous": None}
