"""The written resolution of a case, what each party reads of it, and what it binds people to do."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from ladder.models import Level
from partners.models import Partner
from tenants.fields import MemberForeignKey, TenantForeignKey
from tenants.models import TenantModel
from tenants.seen import Tags, tag_of

# In the order they are read; the actions stand between the decision and the risk.
SECTIONS = ("dispute", "findings", "decision", "risk", "compensation", "outcomes")
REQUIRED = ("dispute", "findings", "decision")


class MemoStatus(models.TextChoices):
    """Where a memo stands. An issued one is never changed again."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    ISSUED = "issued", _("Issued")


OPEN = (MemoStatus.DRAFT, MemoStatus.IN_REVIEW)


class MemoCounter(TenantModel):
    """The last number given to a memo of one tenant in one year."""

    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "year"], name="one_memo_counter_per_year")
        ]


class Memo(TenantModel):
    """The vendor's memo of a case: internal and complete. Its sections are Markdown.

    The number is given when it is issued; a successor, which corrects it, keeps the number with
    the next version. `revision` grows with every change, so that two people who edit at once do
    not overwrite each other. `writers` are all who wrote any of it, or of what it corrects: none of
    them reviews it. `sha256` is the hash of all of it, copies and actions included.
    """

    case = TenantForeignKey(Case, related_name="memos")
    number = models.CharField(_("number"), max_length=20, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=MemoStatus.choices, default=MemoStatus.DRAFT)
    title = models.CharField(_("title"), max_length=200)
    dispute = models.TextField(_("dispute"), blank=True)
    findings = models.TextField(_("findings"), blank=True)
    decision = models.TextField(_("decision"), blank=True)
    risk = models.TextField(_("risk"), blank=True)
    compensation = models.TextField(_("compensation"), blank=True)
    outcomes = models.TextField(_("outcomes"), blank=True)
    author = MemberForeignKey()
    edited_by = MemberForeignKey()
    writers = ArrayField(models.UUIDField(), default=list)
    reviewer = MemberForeignKey(null=True)
    review_asked_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    review_note = models.TextField(_("note of the review"), blank=True)
    issued_by = MemberForeignKey(null=True)
    issued_level = TenantForeignKey(Level, null=True)
    issued_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    predecessor = TenantForeignKey("self", null=True)
    revision = models.PositiveIntegerField(default=1)
    drafted_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    search = models.GeneratedField(
        expression=models.Func(
            *(models.F(name) for name in ("number", "title", *SECTIONS)),
            function="parley_memo_words",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number", "version"],
                condition=models.Q(status=MemoStatus.ISSUED),
                name="memo_number_and_version_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "case"],
                condition=~models.Q(status=MemoStatus.ISSUED),
                name="one_open_memo_per_case",
            ),
            # A memo is corrected once; what corrects it may be corrected in turn.
            models.UniqueConstraint(fields=["tenant", "predecessor"], name="one_successor"),
            models.CheckConstraint(
                condition=models.Q(status__in=MemoStatus.values), name="known_memo_status"
            ),
            models.CheckConstraint(
                condition=models.Q(reviewer__isnull=True) | ~models.Q(reviewer=models.F("author")),
                name="reviewer_is_not_the_author",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=MemoStatus.ISSUED)
                | (
                    ~models.Q(number="")
                    & ~models.Q(sha256="")
                    & models.Q(
                        reviewed_at__isnull=False,
                        issued_by__isnull=False,
                        issued_level__isnull=False,
                        issued_at__isnull=False,
                    )
                ),
                name="issued_memos_are_complete",
            ),
        ]
        indexes = [
            # The case page, and the portal's wall.
            models.Index(fields=["tenant", "case", "-version"], name="memo_of_case"),
            # The archive: what was issued last; what is being written, the last changed first.
            models.Index(
                fields=["tenant", "-issued_at", "-id"],
                condition=models.Q(status=MemoStatus.ISSUED),
                name="memo_issued",
            ),
            models.Index(
                fields=["tenant", "status", "-updated_at", "-id"],
                condition=~models.Q(status=MemoStatus.ISSUED),
                name="memo_open",
            ),
            GinIndex(fields=["search"], name="memo_words"),
        ]

    # The version who acts has read, where they named one; verbs refuse to act on another.
    seen_tags: Tags = None

    def __str__(self) -> str:
        return self.number

    @property
    def tag(self) -> str:
        """The version, as programs name it: what it says, and how much of what it binds people to
        is done."""
        done = self.actions.exclude(done_at=None).count()
        return tag_of(self.revision, self.status, done)

    @property
    def is_issued(self) -> bool:
        """Whether it can no longer be changed."""
        return self.status == MemoStatus.ISSUED

    def written_by(self, user_id: UUID) -> None:
        """Keep that somebody wrote a part of it."""
        self.edited_by_id = user_id
        if user_id not in self.writers:
            self.writers = [*self.writers, user_id]


class MemoCopy(TenantModel):
    """What one party reads: its own heading and text. `sha256` is the hash of what it was given."""

    memo = TenantForeignKey(Memo, models.CASCADE, related_name="copies")
    partner = TenantForeignKey(Partner)
    title = models.CharField(_("heading"), max_length=200)
    body = models.TextField(_("what this party reads"), blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "memo", "partner"], name="one_copy_a_party")
        ]
        indexes = [models.Index(fields=["tenant", "partner", "memo"], name="copies_of_partner")]


class MemoAction(TenantModel):
    """What a memo binds one colleague, or one party, to do by a day."""

    memo = TenantForeignKey(Memo, models.CASCADE, related_name="actions")
    position = models.PositiveSmallIntegerField()
    what = models.CharField(_("what"), max_length=500)
    owner = MemberForeignKey(null=True)
    partner = TenantForeignKey(Partner, null=True)
    due_on = models.DateField(_("by"))
    done_at = models.DateTimeField(null=True)
    done_by = MemberForeignKey(null=True)
    done_note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner__isnull=True) ^ models.Q(partner__isnull=True),
                name="an_action_is_somebodys",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True) | models.Q(done_by__isnull=False),
                name="done_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "memo", "position"], name="actions_of_memo")]


class MemoReceipt(TenantModel):
    """A party's person has read its copy, and said so. Never changed."""

    copy = TenantForeignKey(MemoCopy, related_name="receipts")
    user = MemberForeignKey()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "copy", "user"], name="one_receipt_a_person")
        ]
