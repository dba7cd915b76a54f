"""Proposals to put running clocks on the rules of today, and which clocks were."""

import django.db.models.deletion
from django.db import migrations, models

import tenants.fields
import tenants.ids
from tenants.operations import Protect

# What was answered stays; it goes with its case only. Partners read when a clock of theirs was put
# on other rules, and nothing of proposals; the relay finds what was under way when a worker was
# lost.
WALLS = """
REVOKE DELETE ON cases_rebase FROM parley_app;
CREATE FUNCTION parley_rebase_answered_once() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.tenant_id, NEW.case_id, NEW.ladder_id, NEW.calendar_id, NEW.reason, NEW.rules, NEW.by_id,
            NEW.at)
        IS DISTINCT FROM (OLD.tenant_id, OLD.case_id, OLD.ladder_id, OLD.calendar_id, OLD.reason,
            OLD.rules, OLD.by_id, OLD.at) THEN
        RAISE EXCEPTION 'what was asked for is not changed' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.answered_at IS NOT NULL AND (NEW.answer, NEW.word, NEW.answered_by_id, NEW.answered_at)
        IS DISTINCT FROM (OLD.answer, OLD.word, OLD.answered_by_id, OLD.answered_at) THEN
        RAISE EXCEPTION 'a re-base is answered once' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.done_at IS NOT NULL THEN
        RAISE EXCEPTION 'a re-base is carried out once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER answered_once AFTER UPDATE ON cases_rebase
    FOR EACH ROW EXECUTE FUNCTION parley_rebase_answered_once();
GRANT SELECT (rebased_at) ON cases_clock TO parley_portal;
CREATE POLICY relay ON cases_rebase FOR SELECT TO parley_relay USING (true);
GRANT SELECT (tenant_id, id, answer, done_at, held_until) ON cases_rebase TO parley_relay;
"""


class Migration(migrations.Migration):
    """Make the table, behind the walls."""

    dependencies = [
        ("cases", "0022_changes_go_forward"),
        ("ladder", "0011_urgent_levels"),
        ("tenants", "0004_idempotency_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="rebased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Rebase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.TextField()),
                ("rules", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "Approved"), ("turned_down", "Turned down")],
                        max_length=11,
                    ),
                ),
                ("word", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("through", models.UUIDField(null=True)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("held_until", models.DateTimeField(null=True)),
                ("stopped", models.BooleanField(default=False)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "by",
                    tenants.fields.MemberForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "calendar",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ladder.calendar",
                    ),
                ),
                (
                    "case",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rebases",
                        to="cases.case",
                    ),
                ),
                (
                    "ladder",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ladder.ladder",
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
                "indexes": [
                    models.Index(fields=["tenant", "case"], name="rebases_of_case"),
                    models.Index(
                        condition=models.Q(("answer", "")),
                        fields=["tenant", "at", "id"],
                        name="rebases_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("answer", ""), _negated=True),
                        fields=["tenant", "-answered_at", "-id"],
                        name="rebases_answered",
                    ),
                    models.Index(
                        condition=models.Q(("answer", "approved"), ("done_at", None)),
                        fields=["held_until"],
                        name="rebases_under_way",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("calendar", None), ("case__isnull", False), ("ladder", None)),
                            models.Q(("calendar", None), ("case", None), ("ladder__isnull", False)),
                            models.Q(("calendar__isnull", False), ("case", None), ("ladder", None)),
                            _connector="OR",
                        ),
                        name="rebase_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at", None),
                                ("answered_by", None),
                                ("word", ""),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                                models.Q(("word", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="rebase_answered_with_a_word",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by", None),
                            models.Q(("answered_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="rebase_answered_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer", "approved"),
                            models.Q(
                                ("changed", 0),
                                ("done_at", None),
                                ("held_until", None),
                                ("stopped", False),
                                ("through", None),
                            ),
                            _connector="OR",
                        ),
                        name="only_approved_is_carried_out",
                    ),
                ],
            },
        ),
        Protect("Rebase"),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
