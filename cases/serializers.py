"""What programs send and get of cases. What is sent is checked here; what is got is described."""

from typing import Any

from rest_framework import serializers

from cases.listing import ORDERS, USUAL_ORDER
from cases.models import (
    Act,
    ClockKind,
    ClockState,
    Confidentiality,
    Finding,
    MessageKind,
    Outcome,
    PartyRole,
    PauseReason,
    Rule,
    Source,
    Status,
)
from cases.nextstep import Next
from cases.parties import LATER_ROLES
from cases.queries import LONGEST_SEARCH, MOST_WITH_WORDS
from cases.updates import LONGEST_LINE
from journal.models import Audience
from ladder.impact import EXPOSURE, RELATIONSHIP
from ladder.models import Severity
from tenants.rest.description import page_of
from tenants.rest.paging import PageQuery
from tenants.rest.strict import InstantField, QuantityField, StrictSerializer, several

LONGEST_TEXT = 20_000
SOURCE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
MOST_PARTIES = 50


class NamedSerializer(serializers.Serializer[Any]):
    """Somebody, or a company, by id and name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class LevelRefSerializer(serializers.Serializer[Any]):
    """The level a case is on."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    name = serializers.CharField()


class ClockSerializer(serializers.Serializer[Any]):
    """One deadline of a case. A breached one may still be met, late. `subject` is what it is about
    where that is not the case itself: a partner's request, a concession, an action of a memo."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(ClockKind.choices)
    state = serializers.ChoiceField(ClockState.choices)
    window = serializers.CharField(allow_null=True, help_text="ISO 8601; null for partners.")
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="Null while it is paused: it falls due later by the pause."
    )
    met_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    subject = serializers.UUIDField(allow_null=True)


class CasePauseSerializer(serializers.Serializer[Any]):
    """What a case stands still for. At `review_by` somebody looks again, at `ends_by` it goes on by
    itself. To partners `partner` is null, and to those that owe nothing `reason` too where another
    party does: that is between it and the vendor."""

    reason = serializers.ChoiceField(PauseReason.choices, allow_null=True)
    partner = serializers.UUIDField(allow_null=True, help_text="The party that owes it.")
    started_at = serializers.DateTimeField()
    review_by = serializers.DateTimeField()
    ends_by = serializers.DateTimeField()


class NextStepSerializer(serializers.Serializer[Any]):
    """The one thing that has to happen next, for a program and for a person."""

    action = serializers.ChoiceField([(step.value, step.value) for step in Next])
    text = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)


class CaseSummarySerializer(serializers.Serializer[Any]):
    """A case as lists show it. To a partner it has its own title, and no level, severity or
    version: these are null."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    outcome = serializers.ChoiceField(Outcome.choices, allow_blank=True)
    category = serializers.CharField(help_text="Its slug.")
    severity = serializers.ChoiceField(Severity.choices, allow_null=True)
    confidentiality = serializers.ChoiceField(Confidentiality.choices, allow_null=True)
    partner = NamedSerializer(allow_null=True, help_text="The complainant.")
    owner = NamedSerializer(allow_null=True)
    on_behalf_of = NamedSerializer(
        allow_null=True, help_text="In whose place the owner has it; null for partners."
    )
    level = LevelRefSerializer(allow_null=True)
    ladder = serializers.UUIDField(allow_null=True)
    clocks = ClockSerializer(many=True)
    pause = CasePauseSerializer(allow_null=True)
    next_step = NextStepSerializer(allow_null=True)
    missing_fields = serializers.ListField(child=serializers.CharField())
    due_at = serializers.DateTimeField(allow_null=True)
    due_missed = serializers.BooleanField()
    deal_id = serializers.CharField(allow_blank=True)
    external_id = serializers.CharField(allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]
        allow_blank=True, help_text="The system whose id `external_id` is."
    )
    channel = serializers.ChoiceField(Source.choices, allow_null=True)
    cycle = serializers.IntegerField()
    memo_id = serializers.UUIDField(allow_null=True, help_text="The memo issued last.")
    opened_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)


class PartySerializer(serializers.Serializer[Any]):
    """A partner's part in a case."""

    partner = NamedSerializer()
    role = serializers.ChoiceField(PartyRole.choices)


class ResultSerializer(serializers.Serializer[Any]):
    """What an earlier cycle of a reopened case came to."""

    cycle = serializers.IntegerField()
    outcome = serializers.ChoiceField(Outcome.choices, allow_blank=True)
    resolution = serializers.CharField(allow_blank=True)
    memo_id = serializers.UUIDField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class CaseSerializer(CaseSummarySerializer):
    """A case with everything that was told about it."""

    description = serializers.CharField(allow_blank=True)
    severity_reason = serializers.CharField(allow_blank=True)
    impact = serializers.DictField(help_text="What severity follows from.")
    impact_score = serializers.IntegerField(allow_null=True)
    fields = serializers.DictField(help_text="What its category asks.")  # type: ignore[assignment]
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    source_url = serializers.CharField(allow_blank=True)
    region = serializers.CharField(allow_null=True, help_text="Its slug.")
    resolution = serializers.CharField(allow_blank=True)
    parties = PartySerializer(many=True)
    earlier_results = ResultSerializer(
        many=True, help_text="What earlier cycles came to, the latest first."
    )


CasePage = page_of(CaseSummarySerializer, "Case", most_found=MOST_WITH_WORDS)


class StatusesField(serializers.CharField):
    """One or more statuses, with commas between."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the statuses as a list; raises `ValidationError` for one there is not."""
        names = super().to_internal_value(data).split(",")
        for name in names:
            if name not in Status.values:
                raise serializers.ValidationError(f"There is no status {name!r}.", "invalid_choice")
        return names


class CasesQuery(PageQuery):
    """What the list of cases may be narrowed to."""

    ordering = serializers.ChoiceField(
        list(ORDERS),
        required=False,
        help_text=f"{USUAL_ORDER} unless said. due_at shows open cases only.",
    )
    status = StatusesField(
        required=False, max_length=80, help_text="One or more, with commas: new,in_progress"
    )
    severity = serializers.ChoiceField(Severity.choices, required=False)
    category = serializers.SlugField(required=False, max_length=60)
    partner = serializers.UUIDField(required=False, help_text="Has a part in the case.")
    owner = serializers.UUIDField(required=False)
    number = serializers.CharField(required=False, max_length=20)
    external_id = serializers.CharField(required=False, max_length=120)
    source = serializers.RegexField(SOURCE, required=False, max_length=40)  # type: ignore[assignment]
    updated_since = InstantField(required=False)
    q = serializers.CharField(
        required=False, max_length=LONGEST_SEARCH, help_text="Words of title, number or deal."
    )


class ImpactInSerializer(StrictSerializer):
    """What is at stake; severity follows. Revenue in euro."""

    revenue = QuantityField(required=False)
    customers = serializers.IntegerField(min_value=0, max_value=10**6, required=False)
    exposure = serializers.ChoiceField(list(EXPOSURE), required=False)
    relationship = serializers.ChoiceField(list(RELATIONSHIP), required=False)
    decides_soon = serializers.BooleanField(required=False)


class PartyInSerializer(StrictSerializer):
    """Another partner that has a part."""

    partner = serializers.CharField(max_length=120, help_text="Its id, or its id in the CRM.")
    role = serializers.ChoiceField([(role.value, role.label) for role in LATER_ROLES])


class FactsInSerializer(StrictSerializer):
    """What may be told of a case when it is logged, or later."""

    description = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False
    )
    impact = ImpactInSerializer(required=False)
    fields = serializers.DictField(  # type: ignore[assignment]
        required=False,
        child=serializers.JSONField(allow_null=True),
        help_text="Answers to what the category asks, by name. Gaps are allowed, and come back as"
        " `missing_fields`.",
    )
    amount = QuantityField(required=False, allow_null=True)
    currency = serializers.RegexField("^[A-Z]{3}$", required=False, help_text="ISO 4217.")
    deal_id = serializers.CharField(required=False, allow_blank=True, max_length=120)
    source_url = serializers.URLField(required=False, allow_blank=True, max_length=500)


class CaseInSerializer(FactsInSerializer):
    """A dispute to log. Severity follows from `impact`; another one needs its reason."""

    partner = serializers.CharField(
        max_length=120, required=False, help_text="Its id, or its id in the CRM."
    )
    category = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=200)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    severity_reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    ladder = serializers.UUIDField(
        required=False,
        help_text="To climb this one from its lowest level, whatever the matrix says.",
    )
    external_id = serializers.CharField(required=False, max_length=120)
    source = serializers.RegexField(  # type: ignore[assignment]
        SOURCE, required=False, max_length=40, help_text="The system whose id `external_id` is."
    )
    parties = several(PartyInSerializer, MOST_PARTIES, required=False)


class CasePutSerializer(CaseInSerializer):
    """A dispute as another system knows it. What is left out stays as it is; partner, category,
    severity, ladder and parties of a case that is there already are not changed this way."""


class ExternalIdSerializer(StrictSerializer):
    """The id of a case in another system, as an address names it."""

    source = serializers.RegexField(SOURCE, max_length=40)  # type: ignore[assignment]
    external_id = serializers.CharField(max_length=120)


class ReasonSerializer(StrictSerializer):
    """Why."""

    reason = serializers.CharField(max_length=LONGEST_TEXT)


class OutsideSerializer(StrictSerializer):
    """Whether a rule may be set aside."""

    override = serializers.BooleanField(
        default=False,
        help_text="Set aside the rule that stands in the way. The level above is told, and it stays"
        " open under `overrides` until another person reconciles it.",
    )


class HandBackSerializer(ReasonSerializer, OutsideSerializer):
    """Why it goes back. `override` sets aside whose turn it is, and the time for it."""


class EscalateSerializer(ReasonSerializer, OutsideSerializer):
    """Why, and to which level: the next one unless said."""

    to_level = serializers.IntegerField(required=False, min_value=1, max_value=100)


class ReassignSerializer(ReasonSerializer):
    """Why, and to which colleague."""

    to = serializers.UUIDField(help_text="Who holds this level, or one above.")


class HandOverSerializer(StrictSerializer):
    """Whose work is handed over, by their absence: to who stands in."""

    absence = serializers.UUIDField()


class DecideSerializer(ReasonSerializer):
    """The holder's word on the dispute; the parties read the reason."""

    outcome = serializers.ChoiceField(Outcome.choices)


class ResolveSerializer(StrictSerializer):
    """How it was resolved, in a line the parties read; with an issued memo it may be left out."""

    resolution = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_TEXT, default=""
    )


class SeveritySerializer(ReasonSerializer, OutsideSerializer):
    """How much is at stake after all, and why."""

    severity = serializers.ChoiceField(Severity.choices)


class HoldSerializer(ReasonSerializer, OutsideSerializer):
    """Until when a window is held, and why."""

    until = InstantField()


class PauseInSerializer(OutsideSerializer):
    """What the case waits for, what exactly, and when to look again. Evidence and an answer name
    the `partner` that owes it, which reads `waits_for`; otherwise all parties read it."""

    reason = serializers.ChoiceField(PauseReason.choices)
    partner = serializers.UUIDField(required=False, allow_null=True)
    waits_for = serializers.CharField(max_length=LONGEST_TEXT)
    review_by = InstantField()


class ReconcileSerializer(StrictSerializer):
    """What came of an act outside the rules, and what was learned."""

    finding = serializers.ChoiceField(Finding.choices)
    learned = serializers.CharField(max_length=LONGEST_TEXT)


class OverrideSerializer(serializers.Serializer[Any]):
    """An act outside the rules: which rules were set aside, on which level, why, and what was
    learned. It is open until another person reconciles it."""

    id = serializers.UUIDField()
    case = serializers.UUIDField()
    cycle = serializers.IntegerField()
    level = serializers.IntegerField(help_text="The position it was done on.")
    act = serializers.ChoiceField(Act.choices)
    rules = serializers.ListField(child=serializers.ChoiceField(Rule.choices))
    reason = serializers.CharField()
    by = NamedSerializer()
    at = serializers.DateTimeField()
    finding = serializers.ChoiceField(Finding.choices, allow_null=True)
    learned = serializers.CharField(allow_blank=True)
    reconciled_by = NamedSerializer(allow_null=True)
    reconciled_at = serializers.DateTimeField(allow_null=True)


OverridePage = page_of(OverrideSerializer, "Override")


class OverridesQuery(PageQuery):
    """Which acts outside the rules."""

    case = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(
        [("open", "Open"), ("reconciled", "Reconciled")], required=False
    )


class UpdateInSerializer(StrictSerializer):
    """How a case stands, for all parties: what happened, what comes next, who sees to it (its owner
    unless said), and what that depends on."""

    happened = serializers.CharField(max_length=LONGEST_TEXT)
    next_step = serializers.CharField(max_length=LONGEST_LINE)
    sees_to = serializers.UUIDField(required=False, help_text="A colleague.")
    depends_on = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_LINE)


class KeepWaitingSerializer(StrictSerializer):
    """When to look again."""

    review_by = InstantField()


class RequestLevelSerializer(ReasonSerializer):
    """A partner asks for the next level."""


class DeclineSerializer(ReasonSerializer):
    """Which partner's request is declined, and why: the partner reads it."""

    partner = serializers.UUIDField()


class PartyAddSerializer(PartyInSerializer):
    """A partner that turns out to be concerned."""


class MessageInSerializer(StrictSerializer):
    """A text, and who reads it. A partner's own is read by the vendor alone."""

    body = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    audience = serializers.ChoiceField(Audience.choices, required=False)
    partner = serializers.UUIDField(required=False, help_text="The one party that reads it.")
    asks = serializers.BooleanField(
        default=False, help_text="The readers owe an answer until they write."
    )


class MessageSerializer(serializers.Serializer[Any]):
    """A text in a case."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(MessageKind.choices)
    author = NamedSerializer(allow_null=True)
    audience = serializers.ChoiceField(Audience.choices)
    partner = serializers.UUIDField(allow_null=True)
    body = serializers.CharField()
    at = serializers.DateTimeField()


MessagePage = page_of(MessageSerializer, "Message")
ClockPage = page_of(ClockSerializer, "Clock")
