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
    "on_behalf_of": None,
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
    "results": [],
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
