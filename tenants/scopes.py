"""What an API token may be used for."""

from tenants.models import Role

SCOPES = {
    "me:read": "See for whom the token acts",
    "cases:read": "Read cases, their clocks and their messages",
    "cases:write": "Log cases, and act on them as the member may",
    "partners:read": "Read partners and who speaks for them",
    "policy:read": "Read ladders, the matrix, calendars and categories",
    "events:read": "Read the feed of what happened",
}
ALL_SCOPES = tuple(SCOPES)

# What a token gets when nothing else is asked for. Auditors read everything and change nothing.
READING = tuple(scope for scope in ALL_SCOPES if scope.endswith(":read"))
DEFAULT_SCOPES: dict[str, tuple[str, ...]] = {
    Role.ADMIN: ALL_SCOPES,
    Role.STAFF: ALL_SCOPES,
    Role.AUDITOR: READING,
    Role.CUSTODIAN: ("me:read",),
    Role.PARTNER: ("me:read", "cases:read"),
}
