"""Policy files for tests: one that is good, and ways to spoil it."""

import copy
import json
from typing import Any

GOOD: dict[str, Any] = {
    "calendars": [
        {
            "name": "Office",
            "timezone": "Europe/Berlin",
            "weekly": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]]},
            "exceptions": {"2026-12-25": []},
        },
        {
            "name": "Always",
            "timezone": "UTC",
            "weekly": {
                day: [["00:00", "24:00"]]
                for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
            },
        },
    ],
    "ladders": [
        {
            "name": "Trial",
            "calendar": "Always",
            "total_window": "PT2M",
            "levels": [
                {
                    "position": 1,
                    "name": "First",
                    "holder": "tom@vendor.example",
                    "backup": "petra@vendor.example",
                    "response_window": "PT5S",
                    "decision_window": "PT20S",
                    "veto_window": "PT3S",
                    "authority": {"amount": "5000.50", "currency": "CHF", "kinds": ["lead"]},
                },
                {
                    "position": 2,
                    "name": "Second",
                    "responsibilities": "Decides.",
                    "holder": [
                        {"user": "petra@vendor.example", "region": "dach"},
                        {
                            "user": "Marianne@Vendor.example",
                            "backup": "petra@vendor.example",
                            "category": "territory",
                            "rank": 2,
                        },
                    ],
                    "response_window": "PT5S",
                    "decision_window": "PT20S",
                    "thresholds": [40, 80],
                    "authority": {"amount": None, "quarter": 70000},
                },
            ],
        }
    ],
    "matrix": [
        {
            "category": "lead-routing",
            "severity": "s1",
            "region": "dach",
            "tier": "gold",
            "ladder": "Trial",
            "start_level": 2,
            "total_window": "PT1M",
            "veto_window": "PT2S",
            "steps": [{"response_window": "PT4S"}],
            "owner": "tom@vendor.example",
            "backup": "petra@vendor.example",
        },
        {"ladder": "Trial"},
    ],
}


def good() -> dict[str, Any]:
    """Return a policy that can be spoiled."""
    return copy.deepcopy(GOOD)


def spoiled(path: str, value: object) -> bytes:
    """Return the good policy as a file, with one value changed; `...` takes the field away.

    `path` is written as refusals write it: `ladders[0].levels[1].name`.
    """
    policy = good()
    keys = [
        int(part) if part.isdigit() else part
        for part in path.replace("[", ".").replace("]", "").split(".")
    ]
    place: Any = policy
    for key in keys[:-1]:
        place = place[key]
    if value is ...:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    return written(policy)


def written(policy: object) -> bytes:
    """Return a policy as a file."""
    return json.dumps(policy).encode()
