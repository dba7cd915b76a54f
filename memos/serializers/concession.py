"""What programs send and get of concessions."""

from typing import Any

from rest_framework import serializers

from cases.serializers import LONGEST_TEXT, NamedSerializer
from ladder.kinds import ConcessionKind
from memos.models import ConcessionState, Verdict
from tenants.rest.description import page_of
from tenants.rest.paging import ChangesQuery
from tenants.rest.strict import AmountField, StrictSerializer


class DecisionSerializer(serializers.Serializer[Any]):
    """What somebody with the authority said about one revision; void once it was asked anew."""

    verdict = serializers.ChoiceField(Verdict.choices)
    reason = serializers.CharField()
    amount = serializers.CharField(allow_null=True)
    percent = serializers.CharField(allow_null=True)
    conditions = serializers.CharField(allow_blank=True)
    by = NamedSerializer()
    on_behalf_of = NamedSerializer(allow_null=True)
    level = serializers.CharField()
    revision = serializers.IntegerField()
    at = serializers.DateTimeField()
    voided_at = serializers.DateTimeField(allow_null=True)


class ConcessionSerializer(serializers.Serializer[Any]):
    """Something of value offered to a party. `value` is what it is worth in the programme's
    currency, null without a rate; `asked` is who has to decide it now, or had to."""

    id = serializers.UUIDField()
    case = serializers.UUIDField()
    number = serializers.IntegerField(help_text="Within its case.")
    partner = NamedSerializer()
    kind = serializers.ChoiceField(ConcessionKind.choices)
    amount = serializers.CharField()
    currency = serializers.CharField()
    percent = serializers.CharField(allow_null=True, help_text="Of a price.")
    value = serializers.CharField(allow_null=True)
    value_currency = serializers.CharField()
    reason = serializers.CharField()
    condition = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(ConcessionState.choices)
    lapsed = serializers.BooleanField(help_text="The case ended before anybody decided.")
    revision = serializers.IntegerField()
    requested_by = NamedSerializer()
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    counter_amount = serializers.CharField(allow_null=True)
    counter_percent = serializers.CharField(allow_null=True)
    conditions = serializers.CharField(allow_blank=True)
    asked = NamedSerializer(allow_null=True)
    asked_on_behalf_of = NamedSerializer(allow_null=True)
    asked_level = serializers.IntegerField(allow_null=True, help_text="Its position.")
    due_at = serializers.DateTimeField(allow_null=True)
    decisions = DecisionSerializer(many=True)
    updated_at = serializers.DateTimeField(help_text="When any of this last changed.")


ConcessionPage = page_of(ConcessionSerializer, "Concession")


class ConcessionsQuery(ChangesQuery):
    """Which concessions."""

    case = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(ConcessionState.choices, required=False)


class AskSerializer(StrictSerializer):
    """What is asked for. A price names its percent, nothing else has one."""

    kind = serializers.ChoiceField(ConcessionKind.choices)
    amount = AmountField()
    currency = serializers.CharField(max_length=3, required=False, help_text="ISO 4217.")
    percent = AmountField(required=False)
    reason = serializers.CharField(max_length=LONGEST_TEXT)


class ConcessionInSerializer(AskSerializer):
    """A concession to ask for, in a case, for a party: the complainant unless said."""

    case = serializers.UUIDField()
    partner = serializers.UUIDField(required=False)
    condition = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default=""
    )


class ConcessionDecideSerializer(StrictSerializer):
    """Approve, deny or counter. `amount` and `percent` are the counter's; `conditions` go with an
    approval or a counter."""

    decision = serializers.ChoiceField(Verdict.choices)
    reason = serializers.CharField(max_length=LONGEST_TEXT)
    amount = AmountField(required=False)
    percent = AmountField(required=False)
    conditions = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default=""
    )
