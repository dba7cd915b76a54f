"""Clocks about a subject, what a party reads of a case, and who may see a restricted one."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tenants.fields
import tenants.ids

CONFIDENTIALITY = [("normal", "Normal"), ("restricted", "Restricted"), ("sealed", "Sealed")]
KINDS = [
    ("response", "Response"),
    ("decision", "Decision"),
    ("total", "Total"),
    ("reminder", "Reminder"),
    ("closing", "Closing"),
    ("request", "Request for the next level"),
    ("approval", "Concession"),
    ("action", "Action"),
]
PROTECT, CASCADE = django.db.models.deletion.PROTECT, django.db.models.deletion.CASCADE


def person() -> tenants.fields.MemberForeignKey:
    """Return who owes an answer; its indexes are made later, without stopping anyone."""
    return tenants.fields.MemberForeignKey(
        db_constraint=False, db_index=False, null=True, on_delete=PROTECT, related_name="+"
    )


class Migration(migrations.Migration):
    """Add the columns; each has a default in the database, so that what runs goes on."""

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cases", "0003_walls"),
        ("ladder", "0004_retired_routes"),
        ("tenants", "0003_walls"),
    ]
    operations = [
        migrations.AddField(
            "case",
            "confidentiality",
            models.CharField(
                choices=CONFIDENTIALITY, db_default="normal", default="normal", max_length=10
            ),
        ),
        migrations.AddField("case", "memo_id", models.UUIDField(null=True)),
        migrations.AddField(
            "party",
            "title",
            models.CharField(blank=True, db_default="", max_length=200, verbose_name="title"),
        ),
        migrations.AddField(
            "party",
            "account",
            models.TextField(blank=True, db_default="", verbose_name="what happened"),
        ),
        migrations.AddField("party", "asked_at", models.DateTimeField(null=True)),
        migrations.AlterField("clock", "kind", models.CharField(choices=KINDS, max_length=8)),
        migrations.AddField("clock", "subject", models.UUIDField(null=True)),
        migrations.AddField("clock", "owner", person()),
        migrations.AddField("clock", "backup", person()),
        migrations.AddField(
            "clock",
            "level",
            tenants.fields.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=PROTECT,
                related_name="+",
                to="ladder.level",
            ),
        ),
        migrations.AddField(
            "clock",
            "barred",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.CreateModel(
            "CaseGrant",
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
                ("reason", models.TextField(verbose_name="reason")),
                ("granted_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "content_object",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=CASCADE,
                        related_name="grants",
                        to="cases.case",
                    ),
                ),
                (
                    "granted_by",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False, on_delete=PROTECT, related_name="+"
                    ),
                ),
                (
                    "permission",
                    models.ForeignKey(on_delete=CASCADE, to="auth.permission"),
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
                (
                    "user",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False, on_delete=CASCADE, related_name="+"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["tenant", "user", "content_object"], name="grants_of_person"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "content_object", "user", "permission"),
                        name="grant_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("granted_at"))),
                        name="grants_expire",
                    ),
                ],
            },
        ),
    ]
