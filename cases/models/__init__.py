"""A dispute, whose turn it is, every deadline it runs under, and what is said in it."""

from cases.models.case import (
    ENDED,
    OPEN,
    ROLE_ORDER,
    Case,
    CaseCounter,
    Confidentiality,
    Outcome,
    Party,
    PartyRole,
    Result,
    Source,
    Status,
)
from cases.models.clock import (
    OF_A_PARTY,
    Assignment,
    AssignmentEnd,
    Clock,
    ClockKind,
    ClockState,
    Pause,
    PauseEnd,
    PauseReason,
)
from cases.models.override import Act, Finding, Override, Rule
from cases.models.rebase import Answer, Rebase
from cases.models.talk import (
    CaseGrant,
    Message,
    MessageKind,
)

__all__ = [
    "ENDED",
    "OF_A_PARTY",
    "OPEN",
    "ROLE_ORDER",
    "Act",
    "Answer",
    "Assignment",
    "AssignmentEnd",
    "Case",
    "CaseCounter",
    "CaseGrant",
    "Clock",
    "ClockKind",
    "ClockState",
    "Confidentiality",
    "Finding",
    "Message",
    "MessageKind",
    "Outcome",
    "Override",
    "Party",
    "PartyRole",
    "Pause",
    "PauseEnd",
    "PauseReason",
    "Rebase",
    "Result",
    "Rule",
    "Source",
    "Status",
]
