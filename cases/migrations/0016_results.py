"""What the cycles of a reopened case came to, and in which of them its memo was issued."""

import django.db.models.deletion
from django.db import migrations, models

import tenants.fields
import tenants.ids
from tenants.operations import Protect

PROTECT, CASCADE = django.db.models.deletion.PROTECT, django.db.models.deletion.CASCADE
OUTCOMES = [("upheld", "Upheld"), ("partly", "Partly upheld"), ("rejected", "Rejected")]
KEPT = "REVOKE UPDATE, DELETE ON cases_result FROM parley_app;"


class Migration(migrations.Migration):
    """Make the table, behind the wall; every case so far has had its memo in its first cycle."""

    dependencies = [
        ("cases", "0015_sending_back"),
        ("ladder", "0007_pause_cap"),
        ("tenants", "0003_walls"),
    ]
    operations = [
        migrations.AddField(
            "case", "memo_cycle", models.PositiveSmallIntegerField(db_default=1, default=1)
        ),
        migrations.CreateModel(
            "Result",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("cycle", models.PositiveSmallIntegerField()),
                ("outcome", models.CharField(blank=True, choices=OUTCOMES, max_length=8)),
                ("resolution", models.TextField(blank=True)),
                ("memo_id", models.UUIDField(null=True)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "case",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=CASCADE,
                        related_name="results",
                        to="cases.case",
                    ),
                ),
                (
                    "level",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="ladder.level",
                    ),
                ),
                (
                    "owner",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "case", "cycle"), name="one_result_per_cycle"
                    )
                ]
            },
        ),
        Protect("Result"),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
