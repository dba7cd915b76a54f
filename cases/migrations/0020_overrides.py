"""What was done outside the rules, until it is reconciled."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tenants.fields
import tenants.ids
from tenants.operations import Protect

PROTECT, CASCADE = django.db.models.deletion.PROTECT, django.db.models.deletion.CASCADE
# It is reconciled once, and goes with its case only. Partners, and the sweep, know none.
WALLS = """
REVOKE DELETE ON cases_override FROM parley_app;
CREATE FUNCTION parley_override_reconciled_once() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.reconciled_at IS NOT NULL THEN
        RAISE EXCEPTION 'an override is reconciled once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reconciled_once BEFORE UPDATE ON cases_override
    FOR EACH ROW EXECUTE FUNCTION parley_override_reconciled_once();
"""


class Migration(migrations.Migration):
    """Make the table, behind the walls."""

    dependencies = [
        ("cases", "0019_explaining"),
        ("tenants", "0004_idempotency_keys"),
    ]
    operations = [
        migrations.CreateModel(
            name="Override",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("cycle", models.PositiveSmallIntegerField()),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("escalate", "Escalated"),
                            ("jump", "Passed over a level"),
                            ("hand_back", "Handed back"),
                            ("hold", "Held a window"),
                            ("severity", "Changed the severity"),
                            ("pause", "Paused the clocks"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "rules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("turn", "Only the person whose turn it is may do this"),
                                ("above", "Only a level above may do this"),
                                ("time", "Time for it was over"),
                                ("longest", "A case stands still for so long at most"),
                            ],
                            max_length=7,
                        ),
                        size=None,
                    ),
                ),
                ("event_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("exception", "A justified exception: the rule stays"),
                            ("change", "The rule should change"),
                            ("mistake", "It should not have been done"),
                        ],
                        max_length=9,
                    ),
                ),
                ("learned", models.TextField(blank=True)),
                ("reconciled_at", models.DateTimeField(null=True)),
                (
                    "by",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False, db_index=False, on_delete=PROTECT, related_name="+"
                    ),
                ),
                (
                    "case",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=CASCADE,
                        related_name="overrides",
                        to="cases.case",
                    ),
                ),
                (
                    "reconciled_by",
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
                "indexes": [
                    models.Index(fields=["tenant", "case"], name="overrides_of_case"),
                    models.Index(
                        condition=models.Q(("reconciled_at__isnull", True)),
                        fields=["tenant", "at", "id"],
                        name="overrides_open",
                    ),
                    models.Index(
                        condition=models.Q(("reconciled_at__isnull", False)),
                        fields=["tenant", "-reconciled_at", "-id"],
                        name="overrides_reconciled",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "event_id"), name="one_override_per_event"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finding", ""), ("learned", ""), ("reconciled_at__isnull", True)
                            ),
                            models.Q(
                                ("reconciled_at__isnull", False),
                                ("reconciled_by__isnull", False),
                                models.Q(("finding", ""), _negated=True),
                                models.Q(("learned", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="reconciled_with_what_was_learned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reconciled_by__isnull", True),
                            models.Q(("reconciled_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="reconciled_by_another_person",
                    ),
                ],
            },
        ),
        Protect("Override"),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
