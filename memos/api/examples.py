"""What the description shows as examples of memos."""

from typing import Any

from cases.api.examples import ALPENWERK, CASE_ID, TOM

SUMMARY: dict[str, Any] = {
    "id": "0199d3a0-9000-7999-9999-5a3d6c1b2e10",
    "case": CASE_ID,
    "number": "",
    "version": 1,
    "status": "draft",
    "title": "Two registrations for one deal",
    "issued_at": None,
    "issued_by": None,
    "sha256": "",
    "updated_at": "2026-11-20T10:00:00Z",
}
SECTIONS = {
    "dispute": "Two partners claim one deal.",
    "findings": "The second has the customer's letter.",
    "decision": "The customer's written choice counts.",
    "risk": "",
    "compensation": "",
    "outcomes": "",
}
GIVEN: dict[str, Any] = {
    "title": SUMMARY["title"],
    "sections": SECTIONS,
    "copies": [{"partner": ALPENWERK["id"], "title": "Your deal", "body": "The customer chose."}],
    "actions": [{"what": "Find them a lead", "due_on": "2026-11-27", "owner": TOM["id"]}],
}
WHOLE: dict[str, Any] = {
    **SUMMARY,
    "sections": SECTIONS,
    "copies": [
        {
            "partner": ALPENWERK,
            "title": "Your deal",
            "body": "The customer chose.",
            "sha256": "",
        }
    ],
    "actions": [
        {
            "id": "0199d3a0-9001-7aaa-9999-5a3d6c1b2e11",
            "what": "Find them a lead",
            "due_on": "2026-11-27",
            "owner": TOM,
            "partner": None,
            "done_at": None,
        }
    ],
    "author": TOM,
    "reviewer": None,
    "reviewed_at": None,
    "review_note": "",
    "words_to_confirm": [],
    "predecessor": None,
    "revision": 2,
}
