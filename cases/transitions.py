"""What may be done to a case in which status: pure."""

OPEN = ("new", "in_progress", "decided")
ALWAYS = (*OPEN, "resolved", "closed", "withdrawn")
# Who knows of a case, and what was learned of it, is nothing that moves it on.
KEEPING = ("restrict", "lift", "grant", "revoke", "reconcile")
# Nor what is told of it, or who has a part, or whether it stands still; a jump is one way to
# escalate. What is handed over to who stands in stays where it is.
APART = (
    *("party", "edit", "complete", "jump", "pause", "resume", "keep_waiting", "severity", "hold"),
    *("hand_over", "update"),
)

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
    "reopen": ("resolved", "closed"),
    "withdraw": OPEN,
    "request": ("new", "in_progress"),
    "decline": OPEN,
    "party": OPEN,
    "edit": OPEN,
    "complete": OPEN,
    "severity": OPEN,
    "update": OPEN,
    "hold": ("new", "in_progress"),
    "jump": ("new", "in_progress"),
    "pause": ("in_progress", "decided"),
    "resume": ("in_progress", "decided"),
    "keep_waiting": ("in_progress", "decided"),
    "hand_over": (*OPEN, "resolved", "closed"),
    **dict.fromkeys(KEEPING, ALWAYS),
}


def allowed_in(status: str) -> list[str]:
    """Return the verbs by which a case moves on from a status, as far as the status goes."""
    moves = (verb for verb, statuses in ALLOWED.items() if status in statuses)
    return [verb for verb in moves if verb not in (*KEEPING, *APART)]
