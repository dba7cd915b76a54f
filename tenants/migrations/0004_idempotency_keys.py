"""What programs were answered under their keys."""

import django.db.models.deletion
from django.db import migrations, models

import tenants.fields
import tenants.ids
from tenants.operations import Protect


class Migration(migrations.Migration):
    """Make the table, behind the wall. Partners' requests keep their answers as the app: the
    portal's role neither reads nor writes it."""

    dependencies = [("tenants", "0003_walls")]
    operations = [
        migrations.CreateModel(
            "IdempotencyKey",
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
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "membership",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.membership",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "membership", "key"), name="one_answer_per_key"
                    )
                ],
                "indexes": [
                    models.Index(fields=["tenant", "created_at"], name="idempotency_by_age")
                ],
            },
        ),
        Protect("IdempotencyKey"),
    ]
