"""What an API token may be used for."""

from tenants.models import Role

SCOPES = {
    "me:read": "See for whom the token acts",
    "cases:read": "Read cases, their clocks and their messages",
    "cases:write": "Log cases, and act on them as the member may",
    "concessions:read": "Read concessions and what was decided about them",
    "concessions:write": "Ask for concessions, and decide them as the member may",
    "memos:read": "Read memos and print them",
    "memos:write": "Write, review and issue memos as the member may",
    "partners:read": "Read partners and who speaks for them",
    "partners:write": "Add partners",
    "policy:read": "Read ladders, calendars and categories",
    "policy:write": "Publish ladders and calendars",
    "events:read": "Read the feed of what happened, amounts of concessions among it",
}
ALL_SCOPES = tuple(SCOPES)

# What a token gets when nothing else is asked for. Auditors read everything and change nothing.
READING = tuple(scope for scope in ALL_SCOPES if scope.endswith(":read"))
DEFAULT_SCOPES: dict[str, tuple[str, ...]] = {
    Role.ADMIN: ALL_SCOPES,
    Role.STAFF: ALL_SCOPES,
    Role.AUDITOR: READING,
    Role.CUSTODIAN: ("me:read",),
    Role.PARTNER: (
        *("me:read", "cases:read", "cases:write", "memos:read", "memos:write"),
        *("partners:read", "policy:read"),
    ),
}
