"""When a case stood still, and for whom."""

import django.db.models.deletion
from django.db import migrations, models

import tenants.fields
import tenants.ids
from tenants.operations import PARTNER, Protect

PROTECT, CASCADE = django.db.models.deletion.PROTECT, django.db.models.deletion.CASCADE
REASONS = [
    ("evidence", "Evidence from a party"),
    ("answer", "An answer from a party"),
    ("customer", "The customer's decision"),
    ("third_party", "Somebody outside the dispute"),
    ("standstill", "A standstill the parties agreed on"),
]
ENDS = [
    ("resumed", "Taken up again"),
    ("answered", "The party answered"),
    ("moved", "The case moved on"),
    ("cap", "The longest time was over"),
]
KINDS = [
    ("response", "Response"),
    ("decision", "Decision"),
    ("total", "Total"),
    ("reminder", "Reminder"),
    ("closing", "Closing"),
    ("request", "Request for the next level"),
    ("approval", "Concession"),
    ("action", "Action"),
    ("pause", "Pause"),
]
STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("met", "Met"),
    ("breached", "Missed"),
    ("ended", "Ended"),
]

# A party learns that its case stands still and when somebody looks again, not which other party
# owes something. Who got its part later reads of no pause that was over by then.
PORTAL = f"""
GRANT SELECT (id, tenant_id, case_id, cycle, reason, started_at, review_by, ends_by, ended_at)
    ON cases_pause TO parley_portal;
CREATE POLICY own_cases ON cases_pause AS RESTRICTIVE TO parley_portal
    USING (EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_pause.tenant_id
        AND p.case_id = cases_pause.case_id AND p.partner_id = {PARTNER}
        AND (p.joined_at IS NULL OR cases_pause.ended_at IS NULL
            OR p.joined_at < cases_pause.ended_at)))
    WITH CHECK (false);
ALTER POLICY own_clocks ON cases_clock
    USING ((kind IN ('response', 'decision', 'total', 'pause')
            OR kind = 'request' AND subject = {PARTNER})
        AND EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_clock.tenant_id
            AND p.case_id = cases_clock.case_id AND p.partner_id = {PARTNER}
            AND (p.joined_at IS NULL
                OR coalesce(coalesce(cases_clock.met_at, cases_clock.ended_at) > p.joined_at, true)
                AND (cases_clock.assignment_id IS NULL OR EXISTS (SELECT FROM cases_assignment a
                    WHERE a.tenant_id = cases_clock.tenant_id
                        AND a.id = cases_clock.assignment_id)))));
"""

# The sweep ends a pause, and works due times out with it.
SWEEP = """
CREATE POLICY sweep ON cases_pause TO parley_sweeper USING (true) WITH CHECK (true);
GRANT SELECT (id, tenant_id, case_id, cycle, started_at, ends_by, ended_at) ON cases_pause
    TO parley_sweeper;
GRANT UPDATE (ended_at, end_reason) ON cases_pause TO parley_sweeper;
CREATE POLICY audit ON cases_pause FOR SELECT TO parley_auditor USING (true);
GRANT SELECT (id, tenant_id, case_id, cycle, started_at, ended_at) ON cases_pause
    TO parley_auditor;
"""


def person() -> tenants.fields.MemberForeignKey:
    """Return who began or ended a pause."""
    return tenants.fields.MemberForeignKey(
        db_constraint=False, db_index=False, null=True, on_delete=PROTECT, related_name="+"
    )


class Migration(migrations.Migration):
    """Make the table, behind the walls."""

    dependencies = [
        ("cases", "0013_walls_of_later_parties"),
        ("partners", "0003_walls"),
        ("tenants", "0003_walls"),
    ]
    operations = [
        migrations.AlterField("clock", "kind", models.CharField(choices=KINDS, max_length=8)),
        migrations.AlterField(
            "clock",
            "state",
            models.CharField(choices=STATES, default="running", max_length=8),
        ),
        migrations.CreateModel(
            "Pause",
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
                ("reason", models.CharField(choices=REASONS, max_length=12)),
                ("started_at", models.DateTimeField()),
                ("review_by", models.DateTimeField()),
                ("ends_by", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, choices=ENDS, max_length=8)),
                (
                    "case",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=CASCADE,
                        related_name="pauses",
                        to="cases.case",
                    ),
                ),
                (
                    "partner",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to="partners.partner",
                    ),
                ),
                ("started_by", person()),
                ("ended_by", person()),
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
                    models.Index(fields=["tenant", "case", "started_at"], name="pauses_of_case")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("tenant", "case"),
                        name="one_pause_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("partner__isnull", False), ("reason__in", ["evidence", "answer"])
                            ),
                            models.Q(
                                models.Q(("reason__in", ["evidence", "answer"]), _negated=True),
                                ("partner__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="pause_for_a_party_names_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_by__gte", models.F("review_by"))),
                        name="reviewed_before_it_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="pause_ends_after_it_began",
                    ),
                ],
            },
        ),
        Protect("Pause"),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (PORTAL, SWEEP)),
    ]
