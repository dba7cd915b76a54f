"""Memos, what each party reads of them, what they bind people to do, and who has read them."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tenants.fields
import tenants.ids

# Immutable, so that the column can be generated; `simple`, because memos are written in many
# languages.
WORDS = """
CREATE FUNCTION parley_memo_words(number text, title text, dispute text, findings text,
    decision text, risk text, compensation text, outcomes text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(to_tsvector('pg_catalog.simple', coalesce(number, '')), 'A')
        || setweight(to_tsvector('pg_catalog.simple', coalesce(title, '')), 'A')
        || setweight(to_tsvector('pg_catalog.simple', left(coalesce(decision, ''), 50000)), 'B')
        || setweight(to_tsvector('pg_catalog.simple', left(coalesce(dispute, '') || ' '
            || coalesce(findings, '') || ' ' || coalesce(risk, '') || ' '
            || coalesce(compensation, '') || ' ' || coalesce(outcomes, ''), 120000)), 'C')
$$
"""


class Migration(migrations.Migration):
    """Make the words a memo is found by, then the tables that use them."""

    dependencies = [
        ("memos", "0001_concessions"),
        ("cases", "0006_indexes_of_subjects"),
        ("ladder", "0004_retired_routes"),
        ("partners", "0003_walls"),
        ("tenants", "0003_walls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Memo",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=20, verbose_name="number")),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("issued", "Issued"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("dispute", models.TextField(blank=True, verbose_name="dispute")),
                ("findings", models.TextField(blank=True, verbose_name="findings")),
                ("decision", models.TextField(blank=True, verbose_name="decision")),
                ("risk", models.TextField(blank=True, verbose_name="risk")),
                ("compensation", models.TextField(blank=True, verbose_name="compensation")),
                ("outcomes", models.TextField(blank=True, verbose_name="outcomes")),
                ("review_asked_at", models.DateTimeField(null=True)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("review_note", models.TextField(blank=True, verbose_name="note of the review")),
                (
                    "writers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("issued_at", models.DateTimeField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("drafted_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("number"),
                            models.F("title"),
                            models.F("dispute"),
                            models.F("findings"),
                            models.F("decision"),
                            models.F("risk"),
                            models.F("compensation"),
                            models.F("outcomes"),
                            function="parley_memo_words",
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "author",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "case",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memos",
                        to="cases.case",
                    ),
                ),
                (
                    "edited_by",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "issued_by",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "issued_level",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ladder.level",
                    ),
                ),
                (
                    "predecessor",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="memos.memo",
                    ),
                ),
                (
                    "reviewer",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MemoAction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("what", models.CharField(max_length=500, verbose_name="what")),
                ("due_on", models.DateField(verbose_name="by")),
                ("done_at", models.DateTimeField(null=True)),
                ("done_note", models.TextField(blank=True, verbose_name="note")),
                (
                    "done_by",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "memo",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actions",
                        to="memos.memo",
                    ),
                ),
                (
                    "owner",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "partner",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.partner",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "id"),
            },
        ),
        migrations.CreateModel(
            name="MemoCopy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="heading")),
                ("body", models.TextField(blank=True, verbose_name="what this party reads")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "memo",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to="memos.memo",
                    ),
                ),
                (
                    "partner",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.partner",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MemoCounter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MemoReceipt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "copy",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="memos.memocopy",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "user",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="memo",
            index=models.Index(fields=["tenant", "case", "-version"], name="memo_of_case"),
        ),
        migrations.AddIndex(
            model_name="memo",
            index=models.Index(
                condition=models.Q(("status", "issued")),
                fields=["tenant", "-issued_at", "-id"],
                name="memo_issued",
            ),
        ),
        migrations.AddIndex(
            model_name="memo",
            index=models.Index(
                condition=models.Q(("status", "issued"), _negated=True),
                fields=["tenant", "status", "-updated_at", "-id"],
                name="memo_open",
            ),
        ),
        migrations.AddIndex(
            model_name="memo",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="memo_words"),
        ),
        migrations.AddConstraint(
            model_name="memo",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "issued")),
                fields=("tenant", "number", "version"),
                name="memo_number_and_version_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="memo",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "issued"), _negated=True),
                fields=("tenant", "case"),
                name="one_open_memo_per_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="memo",
            constraint=models.UniqueConstraint(
                fields=("tenant", "predecessor"), name="one_successor"
            ),
        ),
        migrations.AddConstraint(
            model_name="memo",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "in_review", "issued"])),
                name="known_memo_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="memo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewer__isnull", True),
                    models.Q(("reviewer", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="reviewer_is_not_the_author",
            ),
        ),
        migrations.AddConstraint(
            model_name="memo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "issued"), _negated=True),
                    models.Q(
                        models.Q(("number", ""), _negated=True),
                        models.Q(("sha256", ""), _negated=True),
                        ("issued_at__isnull", False),
                        ("issued_by__isnull", False),
                        ("issued_level__isnull", False),
                        ("reviewed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="issued_memos_are_complete",
            ),
        ),
        migrations.AddIndex(
            model_name="memoaction",
            index=models.Index(fields=["tenant", "memo", "position"], name="actions_of_memo"),
        ),
        migrations.AddConstraint(
            model_name="memoaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("owner__isnull", True), ("partner__isnull", True), _connector="XOR"
                ),
                name="an_action_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="memoaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("done_at__isnull", True), ("done_by__isnull", False), _connector="OR"
                ),
                name="done_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="memocopy",
            index=models.Index(fields=["tenant", "partner", "memo"], name="copies_of_partner"),
        ),
        migrations.AddConstraint(
            model_name="memocopy",
            constraint=models.UniqueConstraint(
                fields=("tenant", "memo", "partner"), name="one_copy_a_party"
            ),
        ),
        migrations.AddConstraint(
            model_name="memocounter",
            constraint=models.UniqueConstraint(
                fields=("tenant", "year"), name="one_memo_counter_per_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="memoreceipt",
            constraint=models.UniqueConstraint(
                fields=("tenant", "copy", "user"), name="one_receipt_a_person"
            ),
        ),
    ]
