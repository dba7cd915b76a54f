"""A partner that gets its part later reads nothing that was written to all parties before."""

from django.db import migrations, models

from tenants.operations import PARTNER

PORTAL = f"""
GRANT SELECT (joined_at) ON cases_party TO parley_portal;
ALTER POLICY shared_texts ON cases_message
    USING ((audience = 'parties' OR (audience = 'party' AND partner_id = {PARTNER}))
        AND EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_message.tenant_id
            AND p.case_id = cases_message.case_id AND p.partner_id = {PARTNER}
            AND (p.joined_at IS NULL OR p.joined_at <= cases_message.at)));
"""

# What a case that is over keeps when an action of its memo is said to be late.
SWEEP = "GRANT SELECT (closed_at) ON cases_case TO parley_sweeper;"


class Migration(migrations.Migration):
    """Keep since when a partner has its part; empty is from the beginning."""

    dependencies = [("cases", "0008_portal_path")]
    operations = [
        migrations.AddField("party", "joined_at", models.DateTimeField(null=True)),
        migrations.RunSQL(PORTAL, migrations.RunSQL.noop),
        migrations.RunSQL(SWEEP, migrations.RunSQL.noop),
    ]
