"""What may be done to a case in which status: pure."""

OPEN = ("new", "in_progress", "decided")

ALLOWED: dict[str, tuple[str, ...]] = {
    "acknowledge": OPEN,
    "message": (*OPEN, "resolved", "closed"),
    "escalate": ("new", "in_progress"),
    "hand_back": ("new", "in_progress"),
    "reassign": OPEN,
    "decide": ("new", "in_progress"),
    "revise": ("decided",),
    "resolve": OPEN,
    "close": ("resolved",),
    "withdraw": OPEN,
}


def allowed_in(status: str) -> list[str]:
    """Return the verbs a status allows, as far as the status goes."""
    return [verb for verb, statuses in ALLOWED.items() if status in statuses]
