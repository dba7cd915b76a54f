"""What the description shows as examples of memos."""

from typing import Any

from cases.api.examples import ALPENWERK, CASE_ID, PETRA, TOM

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
    "actions": [
        {"what": "Find them a lead", "due_on": "2026-11-27", "owner": TOM["id"]},
        {"what": "Send the plan", "due_on": "2026-11-27", "partner": ALPENWERK["id"]},
    ],
}
COPY = {"partner": ALPENWERK, "title": "Your deal", "body": "The customer chose.", "sha256": ""}
LEAD: dict[str, Any] = {
    "id": "0199d3a0-9001-7aaa-9999-5a3d6c1b2e11",
    "what": "Find them a lead",
    "due_on": "2026-11-27",
    "owner": TOM,
    "partner": None,
    "done_at": None,
}
PLAN: dict[str, Any] = {
    **LEAD,
    "id": "0199d3a0-9001-7aaa-9999-5a3d6c1b2e12",
    "what": "Send the plan",
    "owner": None,
    "partner": ALPENWERK,
}
# What the case says already.
DISPUTE = (
    "Alpenwerk raised a dispute. Kind: Deal registration.\n\n"
    "Rheintor registered our deal 38 days after us."
)
FINDINGS = "### Proven, and by what\n\n- \n\n### Still open\n\n- "
MATTER = "### What it is about\n\nThis is about: Deal registration.\n\n### What was decided"
# Begun, written out, put to a colleague, agreed to, issued, and corrected.
BEGUN: dict[str, Any] = {
    **SUMMARY,
    "sections": {**dict.fromkeys(SECTIONS, ""), "dispute": DISPUTE, "findings": FINDINGS},
    "copies": [{**COPY, "title": SUMMARY["title"], "body": MATTER}],
    "actions": [],
    "author": TOM,
    "reviewer": None,
    "reviewed_at": None,
    "review_note": "",
    "words_to_confirm": [],
    "predecessor": None,
    "revision": 1,
}
WRITTEN: dict[str, Any] = {
    **BEGUN,
    "sections": SECTIONS,
    "copies": [COPY],
    "actions": [LEAD, PLAN],
    "revision": 2,
}
ASKED = {**WRITTEN, "status": "in_review", "reviewer": PETRA, "revision": 3}
REVIEWED = {
    **ASKED,
    "reviewed_at": "2026-11-13T10:00:00Z",
    "review_note": "Clear, and fair to both.",
    "revision": 4,
}
TAKEN_BACK = {**ASKED, "status": "draft", "reviewer": None, "revision": 4}
SEALED: dict[str, Any] = {
    "number": "M-2026-0007",
    "status": "issued",
    "issued_at": "2026-11-13T11:00:00Z",
    "issued_by": TOM,
    "sha256": "5b0f3c1e8a6d47929c3e1f80b7d2a4655e9c0d7183f6b2a94c8e7d05f1a3b6c2",
}
COPY_SHA256 = "c41d9e0a7b52f8361e6d4c9082a5b7f3d10e6c8b94a27f5e3d8b1c60f9a4e7d5"
ISSUED: dict[str, Any] = {**REVIEWED, **SEALED, "copies": [{**COPY, "sha256": COPY_SHA256}]}
DONE = {**ISSUED, "actions": [{**LEAD, "done_at": "2026-11-20T14:30:00Z"}, PLAN]}
LATER = "0199d3a0-9001-7aaa-9999-5a3d6c1b2e2"
CORRECTED: dict[str, Any] = {
    **WRITTEN,
    "id": "0199d3a0-9000-7999-9999-5a3d6c1b2e20",
    "number": ISSUED["number"],
    "version": 2,
    "actions": [{**LEAD, "id": f"{LATER}1"}, {**PLAN, "id": f"{LATER}2"}],
    "predecessor": ISSUED["id"],
    "revision": 1,
}
# As the party reads it.
OWN: dict[str, Any] = {
    **ISSUED,
    "title": COPY["title"],
    "sha256": COPY_SHA256,
    "sections": None,
    "actions": [PLAN],
    **dict.fromkeys(("author", "reviewer", "reviewed_at", "revision")),
    "review_note": "",
}
