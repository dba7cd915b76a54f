"""The verbs of a case, each an address of its own."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions, handover, parties, pausing, reopening, requests, retiming, updates
from cases.access import case_for
from cases.api import examples
from cases.api import verb_examples as told
from cases.api.collection import UNSEEN, WRITES, shape_of
from cases.incoming import partner_called
from cases.serializers import (
    CaseSerializer,
    DecideSerializer,
    DeclineSerializer,
    EscalateSerializer,
    HandBackSerializer,
    HandOverSerializer,
    HoldSerializer,
    KeepWaitingSerializer,
    PartyAddSerializer,
    PauseInSerializer,
    ReasonSerializer,
    ReassignSerializer,
    RequestLevelSerializer,
    ResolveSerializer,
    SeveritySerializer,
    UpdateInSerializer,
)
from tenants.errors import Invalid, NotAllowed
from tenants.rest.description import EmptySerializer
from tenants.rest.description import verb as described
from tenants.rest.matching import tags_seen
from tenants.rest.operation import Operation
from tenants.seen import tag_of

Form = type[serializers.Serializer[Any]]


class CaseVerb(Operation):
    """One verb: what it takes, and what carries it out."""

    scopes: ClassVar[dict[str, str]] = {"POST": WRITES}
    form: ClassVar[Form] = EmptySerializer
    act: ClassVar[Callable[..., Any]]
    # What the verb itself calls something that programs know by a shorter name.
    names: ClassVar[dict[str, str]] = {}

    def facts(self) -> dict[str, Any]:
        """Return what the verb is told, by its own names."""
        return {self.names.get(name, name): said for name, said in self.given(self.form).items()}

    def post(self, request: Request, case_id: UUID) -> Response:
        """Carry it out, or say why not; answer the case as it is then."""
        case = case_for(self.member, case_id)
        case.seen_tags = tags_seen(request)
        type(self).act(case, by=self.member, at=self.at, **self.facts())
        shape = shape_of(self.member, case_id)
        if shape is None:
            return Response(status=204)
        return Response(shape, headers={"ETag": tag_of(shape["version"])})


def verb(
    name: str,
    summary: str,
    form: Form,
    leads_to: dict[str, Any],
    example: dict[str, Any] | None = None,
    *,
    versioned: bool = True,
) -> Any:
    """Describe a verb of a case, with how it may stand after it."""
    return described(
        f"cases_{name}",
        summary,
        form,
        gives=CaseSerializer,
        answer=leads_to,
        versioned=versioned,
        also=UNSEEN,
        example=example,
    )


@verb("acknowledge", "Take the case up", EmptySerializer, told.TAKEN_UP)
class Acknowledge(CaseVerb):
    """Meets the response clock."""

    act = staticmethod(actions.acknowledge)


@verb(
    "escalate",
    "Hand the case up",
    EscalateSerializer,
    told.HANDED_UP,
    {"reason": "Beyond what I may grant."},
)
class Escalate(CaseVerb):
    """The level above gets its full windows."""

    form = EscalateSerializer
    act = staticmethod(actions.escalate)


@verb(
    "hand_back",
    "Hand the case back",
    HandBackSerializer,
    told.HANDED_BACK,
    {"reason": "It can be decided on your level."},
)
class HandBack(CaseVerb):
    """The level it came from gets its full windows again."""

    form = HandBackSerializer
    act = staticmethod(actions.hand_back)


@verb(
    "reassign",
    "Give the case to a colleague",
    ReassignSerializer,
    told.REASSIGNED,
    {"to": examples.PETRA["id"], "reason": "She knows the customer."},
)
class Reassign(CaseVerb):
    """The clocks run on as they are."""

    form = ReassignSerializer
    act = staticmethod(actions.reassign)
    names = {"to": "to_user_id"}


@verb(
    "hand_over",
    "Hand over what somebody who is away has here",
    HandOverSerializer,
    told.HANDED_OVER,
    {"absence": "0199d3a0-7f00-7777-9999-5a3d6c1b2e12"},
)
class HandOver(CaseVerb):
    """The turn, and the concessions and actions that ask them, go to who stands in, on their
    behalf; the clocks run on as they are."""

    form = HandOverSerializer
    act = staticmethod(handover.hand_over)
    names = {"absence": "absence_id"}


@verb(
    "decide",
    "Decide the dispute",
    DecideSerializer,
    told.DECIDED,
    {"outcome": "upheld", "reason": "Registered first, approved, active."},
)
class Decide(CaseVerb):
    """The holder's word; the parties read it."""

    form = DecideSerializer
    act = staticmethod(actions.decide)


@verb(
    "revise",
    "Take a decision up again",
    ReasonSerializer,
    told.REVISED,
    {"reason": "The customer's letter has come."},
)
class Revise(CaseVerb):
    """The level gets its full decision window."""

    form = ReasonSerializer
    act = staticmethod(actions.revise)


@verb(
    "resolve",
    "Resolve the case",
    ResolveSerializer,
    told.RESOLVED,
    {"resolution": "The lead went back to its source."},
)
class Resolve(CaseVerb):
    """A strategic case needs an issued memo, any other one a memo or one line."""

    form = ResolveSerializer
    act = staticmethod(actions.resolve)


@verb("close", "File a resolved case away", EmptySerializer, told.CLOSED)
class Close(CaseVerb):
    """Ten days after it was resolved a case closes by itself."""

    act = staticmethod(actions.close)


@verb(
    "withdraw",
    "End a case that nobody pursues",
    ReasonSerializer,
    told.WITHDRAWN,
    {"reason": "The two have settled it."},
)
class Withdraw(CaseVerb):
    """All its clocks end."""

    form = ReasonSerializer
    act = staticmethod(actions.withdraw)


@verb(
    "reopen",
    "Take a case up again that was over",
    ReasonSerializer,
    told.REOPENED,
    {"reason": "The lead was passed on once more."},
)
class Reopen(CaseVerb):
    """A new cycle: every window begins anew, what the earlier one came to stays as it was."""

    form = ReasonSerializer
    act = staticmethod(reopening.reopen)


@verb(
    "change_severity",
    "Change the severity",
    SeveritySerializer,
    told.MORE_URGENT,
    {"severity": "s1", "reason": "The press has called."},
)
class ChangeSeverity(CaseVerb):
    """The clocks that run go on under the windows of the new severity; what was missed stays so."""

    form = SeveritySerializer
    act = staticmethod(retiming.change_severity)


@verb(
    "hold",
    "Hold a window, as a level above",
    HoldSerializer,
    told.HELD,
    {"until": told.HELD_UNTIL, "reason": "The contract is being looked at."},
)
class Hold(CaseVerb):
    """What the level owes falls due at the last working moment before; the total does not move."""

    form = HoldSerializer
    act = staticmethod(retiming.hold)


@verb(
    "share_update",
    "Tell all parties how the case stands",
    UpdateInSerializer,
    told.TOLD,
    {
        "happened": "The dates of both registrations are checked.",
        "next_step": "Tom decides whose registration holds.",
        "depends_on": "The customer's letter",
    },
)
class ShareUpdate(CaseVerb):
    """Meets the clock of the update before, and starts that of the next one."""

    form = UpdateInSerializer
    act = staticmethod(updates.share_update)


@verb(
    "pause",
    "Let the clocks stand still",
    PauseInSerializer,
    told.PAUSED,
    {
        "reason": "evidence",
        "partner": examples.ALPENWERK["id"],
        "waits_for": "The customer's letter, please.",
        "review_by": told.LOOK_AT,
    },
)
class Pause(CaseVerb):
    """Decision and total stand still while somebody else owes something. A missed window is not
    undone; a word from the party that owes it, and anything that moves the case on, ends it."""

    form = PauseInSerializer
    act = staticmethod(pausing.pause)
    names = {"partner": "partner_id"}


@verb("resume", "Let the clocks run again", EmptySerializer, told.RESUMED)
class Resume(CaseVerb):
    """They fall due later by the working time they stood still."""

    act = staticmethod(pausing.resume)


@verb(
    "keep_waiting",
    "Say that a pause still has its reason",
    KeepWaitingSerializer,
    told.KEPT_WAITING,
    {"review_by": told.LOOK_AGAIN},
)
class KeepWaiting(CaseVerb):
    """Somebody looks again at the time named; the longest time stays as it is."""

    form = KeepWaitingSerializer
    act = staticmethod(pausing.keep_waiting)


@verb(
    "decline_request",
    "Decline a partner's request for the next level",
    DeclineSerializer,
    told.DECLINED,
    {"partner": examples.ALPENWERK["id"], "reason": "We decide today."},
)
class DeclineRequest(CaseVerb):
    """The partner reads why."""

    form = DeclineSerializer
    act = staticmethod(requests.decline_request)
    names = {"partner": "partner_id"}


@verb(
    "add_party",
    "Give a partner a part in the case",
    PartyAddSerializer,
    told.JOINED,
    {"partner": "CRM-00043", "role": "affected"},
)
class AddParty(CaseVerb):
    """It reads what is shared from then on."""

    form = PartyAddSerializer
    act = staticmethod(parties.add_party)

    def facts(self) -> dict[str, Any]:
        """Return what the verb is told."""
        given = self.given(self.form)
        try:
            partner = partner_called(given["partner"])
        except LookupError:
            raise Invalid({"partner": _("There is none like this.")}) from None
        return {"partner_id": partner.pk, "role": given["role"]}


def refuse_staff(*_args: Any, **_facts: Any) -> None:
    """Refuse who is no partner."""
    raise NotAllowed(_("Only a partner asks for the next level."))


@verb(
    "request_level",
    "Ask for the next level, as a partner",
    RequestLevelSerializer,
    told.ASKED_FOR,
    {"reason": "The customer decides on Friday."},
    versioned=False,
)
class RequestLevel(CaseVerb):
    """It has to be answered within eight working hours."""

    form = RequestLevelSerializer
    act = staticmethod(refuse_staff)
