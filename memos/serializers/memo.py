"""What programs send and get of memos."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from cases.queries import LONGEST_SEARCH
from cases.serializers import LONGEST_TEXT, NamedSerializer
from memos.actions.memo import LONGEST_ACTION, LONGEST_TITLE, MOST_ACTIONS
from memos.models.memo import SECTIONS, MemoStatus
from memos.queries import MOST_WITH_WORDS
from tenants.rest.description import page_of
from tenants.rest.paging import ChangesQuery
from tenants.rest.strict import StrictSerializer, several

MOST_COPIES = 50


class SectionsSerializer(serializers.Serializer[Any]):
    """The sections of a memo, in Markdown."""

    dispute = serializers.CharField(allow_blank=True)
    findings = serializers.CharField(allow_blank=True)
    decision = serializers.CharField(allow_blank=True)
    risk = serializers.CharField(allow_blank=True)
    compensation = serializers.CharField(allow_blank=True)
    outcomes = serializers.CharField(allow_blank=True)


class CopySerializer(serializers.Serializer[Any]):
    """What one party reads."""

    partner = NamedSerializer()
    title = serializers.CharField()
    body = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField(allow_blank=True, help_text="Once issued.")


class MemoActionSerializer(serializers.Serializer[Any]):
    """What one colleague, or one party, has to do by a day."""

    id = serializers.UUIDField()
    what = serializers.CharField()
    due_on = serializers.DateField()
    owner = NamedSerializer(allow_null=True)
    partner = NamedSerializer(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)


class WordSerializer(serializers.Serializer[Any]):
    """A word in a party's copy that may name another party."""

    partner = serializers.UUIDField()
    word = serializers.CharField()


class MemoSummarySerializer(serializers.Serializer[Any]):
    """A memo as lists show it. A partner sees issued ones under its own copy's heading."""

    id = serializers.UUIDField()
    case = serializers.UUIDField()
    number = serializers.CharField(allow_blank=True, help_text="Given when it is issued.")
    version = serializers.IntegerField()
    status = serializers.ChoiceField(MemoStatus.choices)
    title = serializers.CharField()
    issued_at = serializers.DateTimeField(allow_null=True)
    issued_by = NamedSerializer(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True)
    updated_at = serializers.DateTimeField(
        allow_null=True, help_text="When it last changed, its actions included; null for partners."
    )


class MemoSerializer(MemoSummarySerializer):
    """A memo. The vendor reads all of it; a partner its own copy and actions, and no sections."""

    sections = SectionsSerializer(allow_null=True)
    copies = CopySerializer(many=True)
    actions = MemoActionSerializer(many=True)
    author = NamedSerializer(allow_null=True)
    reviewer = NamedSerializer(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)
    review_note = serializers.CharField(allow_blank=True)
    words_to_confirm = WordSerializer(
        many=True, help_text="Looked at by who issues it: their number is `confirmed`."
    )
    predecessor = serializers.UUIDField(allow_null=True)
    revision = serializers.IntegerField(allow_null=True)


MemoPage = page_of(MemoSummarySerializer, "Memo", most_found=MOST_WITH_WORDS)


class MemosQuery(ChangesQuery):
    """Which memos."""

    case = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(MemoStatus.choices, required=False)
    q = serializers.CharField(required=False, max_length=LONGEST_SEARCH)


class MemoInSerializer(StrictSerializer):
    """The case whose memo is begun."""

    case = serializers.UUIDField()


class SectionsInSerializer(StrictSerializer):
    """What the sections say, in Markdown."""

    def get_fields(self) -> dict[str, Any]:
        """Return a field for each section."""
        return {
            name: serializers.CharField(
                required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False
            )
            for name in SECTIONS
        }


class CopyInSerializer(StrictSerializer):
    """What one party is to read."""

    partner = serializers.UUIDField()
    title = serializers.CharField(max_length=LONGEST_TITLE)
    body = serializers.CharField(allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False)


class ActionInSerializer(StrictSerializer):
    """What one colleague (`owner`), or one party (`partner`), is to do."""

    id = serializers.UUIDField(required=False, help_text="Of the action that it was before.")
    what = serializers.CharField(max_length=LONGEST_ACTION)
    due_on = serializers.DateField()
    owner = serializers.UUIDField(required=False)
    partner = serializers.UUIDField(required=False)


class MemoEditSerializer(StrictSerializer):
    """All that a memo says: sections and copies that are left out stay, actions are these."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    sections = SectionsInSerializer()
    copies = several(CopyInSerializer, MOST_COPIES, required=False)
    actions = several(ActionInSerializer, MOST_ACTIONS, required=False)

    def validate_copies(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a second copy for the same party: which of them counts would be a guess."""
        parties = [copy["partner"] for copy in value]
        said = [_("This party has a copy already.")]
        twice = {str(n): {"partner": said} for n, one in enumerate(parties) if one in parties[:n]}
        if twice:
            raise serializers.ValidationError(twice)
        return value


class AskReviewSerializer(StrictSerializer):
    """A colleague who wrote none of it."""

    reviewer = serializers.UUIDField()


class ReviewSerializer(StrictSerializer):
    """Whether it may be issued; if not, what is missing."""

    agree = serializers.BooleanField()
    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TEXT
    )


class IssueSerializer(StrictSerializer):
    """How many words that may name another party were looked at."""

    confirmed = serializers.IntegerField(required=False, default=0, min_value=0, max_value=10_000)


class ActionDoneSerializer(StrictSerializer):
    """What there is to say about it."""

    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TEXT
    )


class PdfQuery(StrictSerializer):
    """Whose print."""

    partner = serializers.UUIDField(
        required=False, help_text="The copy of this party; the whole memo unless said."
    )
