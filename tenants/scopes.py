"""What an API token may be used for."""

from django.utils.translation import gettext_noop

from tenants.models import Role

SCOPES = {
    "me:read": gettext_noop("See for whom the token acts"),
    "cases:read": gettext_noop("Read cases, their clocks and their messages"),
    "cases:write": gettext_noop("Log cases, and act on them as the member may"),
    "concessions:read": gettext_noop("Read concessions and what was decided about them"),
    "concessions:write": gettext_noop("Ask for concessions, and decide them as the member may"),
    "memos:read": gettext_noop("Read memos and print them"),
    "memos:write": gettext_noop("Write, review and issue memos as the member may"),
    "partners:read": gettext_noop("Read partners and who speaks for them"),
    "partners:write": gettext_noop("Add partners"),
    "policy:read": gettext_noop("Read ladders, calendars and categories, and who is away"),
    "policy:write": gettext_noop("Publish ladders and calendars, and record absences"),
    "events:read": gettext_noop("Read the feed of what happened, amounts of concessions among it"),
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
