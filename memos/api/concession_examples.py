"""What the description shows as examples of concessions."""

from typing import Any

from cases.api.examples import ALPENWERK, CASE_ID, MARIANNE, PETRA, TOM

GIVEN: dict[str, Any] = {
    "case": CASE_ID,
    "kind": "fee",
    "amount": "38000",
    "currency": "EUR",
    "reason": "They brought the customer, and are willing to step back.",
}
PENDING: dict[str, Any] = {
    "id": "0199d3a0-8000-7888-9999-5a3d6c1b2e09",
    "number": 1,
    "partner": ALPENWERK,
    **GIVEN,
    "percent": None,
    "value": "38000",
    "value_currency": "EUR",
    "condition": "",
    "state": "pending",
    "lapsed": False,
    "revision": 1,
    "requested_by": TOM,
    "requested_at": "2026-11-12T10:00:00Z",
    "decided_at": None,
    "counter_amount": None,
    "counter_percent": None,
    "conditions": "",
    "asked": MARIANNE,
    "asked_on_behalf_of": None,
    "asked_level": 3,
    "due_at": "2026-11-16T16:00:00Z",
    "decisions": [],
}
FAIR = "Fair, and within what we gave before."
DECISION: dict[str, Any] = {
    "verdict": "approve",
    "reason": FAIR,
    "amount": "38000",
    "percent": None,
    "conditions": "",
    "by": MARIANNE,
    "on_behalf_of": None,
    "level": "Sponsor",
    "revision": 1,
    "at": "2026-11-13T09:00:00Z",
    "voided_at": None,
}
APPROVED: dict[str, Any] = {
    **PENDING,
    "state": "approved",
    "decided_at": DECISION["at"],
    "decisions": [DECISION],
}
# What was offered instead, taken.
ACCEPTED: dict[str, Any] = {
    **PENDING,
    "state": "approved",
    "amount": "30000",
    "value": "30000",
    "counter_amount": "30000",
    "decided_at": "2026-11-13T10:00:00Z",
    "decisions": [
        {
            **DECISION,
            "verdict": "counter",
            "reason": "That is what we gave before.",
            "amount": "30000",
        }
    ],
}
LESS: dict[str, Any] = {
    "kind": "fee",
    "amount": "20000",
    "currency": "EUR",
    "reason": "They ask for less by now.",
}
CHANGED: dict[str, Any] = {
    **PENDING,
    **LESS,
    "value": "20000",
    "revision": 2,
    "requested_at": "2026-11-12T14:00:00Z",
    "asked": PETRA,
    "asked_level": 2,
}
WITHDRAWN: dict[str, Any] = {**PENDING, "state": "withdrawn"}
