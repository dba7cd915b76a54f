"""A ladder of seconds, as `load_policy` takes it."""

import json
from pathlib import Path
from typing import Any

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW_SECONDS = 5
DECISION_SECONDS = 12


def ladder_of_seconds(*holders: str, total: str = "PT1H") -> dict[str, Any]:
    """Return a policy: one ladder around the clock, a level for each holder, for every case."""
    levels = [
        {
            "position": position,
            "name": f"Level {position}",
            "holder": holder,
            "response_window": f"PT{WINDOW_SECONDS}S",
            "decision_window": f"PT{DECISION_SECONDS}S",
            "veto_window": "PT1S",
        }
        for position, holder in enumerate(holders, start=1)
    ]
    always = {day: [["00:00", "24:00"]] for day in WEEK}
    ladder = {"name": "Seconds", "calendar": "Always", "total_window": total, "levels": levels}
    return {
        "calendars": [{"name": "Always", "timezone": "UTC", "weekly": always}],
        "ladders": [ladder],
        "matrix": [{"ladder": "Seconds"}],
    }


def written(policy: dict[str, Any], folder: Path) -> Path:
    """Write a policy to a file."""
    path = folder / "policy.json"
    path.write_text(json.dumps(policy))
    return path
