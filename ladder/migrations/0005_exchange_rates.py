"""What currencies are worth, by day: added to, never changed."""

import django.db.models.deletion
from django.db import migrations, models

import tenants.fields
import tenants.ids
from tenants.operations import Protect

# What was decided by a rate must not change behind it.
KEPT = "REVOKE UPDATE, DELETE ON ladder_exchangerate FROM parley_app;"


class Migration(migrations.Migration):
    """Make the table, behind the wall."""

    dependencies = [("ladder", "0004_retired_routes"), ("tenants", "0003_walls")]
    operations = [
        migrations.CreateModel(
            "ExchangeRate",
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
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "rate",
                    models.DecimalField(decimal_places=8, max_digits=18, verbose_name="rate"),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
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
            options={
                "ordering": ("currency", "-valid_from"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "currency", "valid_from"), name="one_rate_per_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)), name="rate_above_zero"
                    ),
                ],
            },
        ),
        Protect("ExchangeRate"),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
