"""Updates of a case, and the clock of the next one, which the parties may know of."""

from django.db import migrations, models

from tenants.operations import PARTNER

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
    ("review", "Sending back"),
    ("update", "Next update"),
]
TEXTS = [
    ("message", "Message"),
    ("update", "Update"),
    ("reason", "Reason"),
    ("decision", "Decision"),
    ("resolution", "Resolution"),
]
PORTAL = f"""
ALTER POLICY own_clocks ON cases_clock
    USING ((kind IN ('response', 'decision', 'total', 'pause', 'update')
            OR kind = 'request' AND subject = {PARTNER})
        AND EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_clock.tenant_id
            AND p.case_id = cases_clock.case_id AND p.partner_id = {PARTNER}
            AND (p.joined_at IS NULL
                OR coalesce(coalesce(cases_clock.met_at, cases_clock.ended_at) > p.joined_at, true)
                AND (cases_clock.assignment_id IS NULL OR EXISTS (SELECT FROM cases_assignment a
                    WHERE a.tenant_id = cases_clock.tenant_id
                        AND a.id = cases_clock.assignment_id)))));
"""


class Migration(migrations.Migration):
    """Name the kinds, and open the clock to the parties."""

    dependencies = [("cases", "0020_overrides"), ("ladder", "0010_update_window")]
    operations = [
        migrations.AlterField("clock", "kind", models.CharField(choices=KINDS, max_length=8)),
        migrations.AlterField(
            "message",
            "kind",
            models.CharField(choices=TEXTS, default="message", max_length=10),
        ),
        migrations.RunSQL(PORTAL, migrations.RunSQL.noop),
    ]
