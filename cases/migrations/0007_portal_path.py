"""What a partner reads of the way its case has gone: who had it, and from when until when."""

from django.db import migrations

from tenants.operations import PARTNER

# Neither the level nor its position: the portal knows no levels.
PORTAL = f"""
GRANT SELECT (id, tenant_id, case_id, owner_id, started_at, ended_at, end_reason)
    ON cases_assignment TO parley_portal;
CREATE POLICY own_cases ON cases_assignment AS RESTRICTIVE TO parley_portal
    USING (EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_assignment.tenant_id
        AND p.case_id = cases_assignment.case_id AND p.partner_id = {PARTNER}))
    WITH CHECK (false);
"""


class Migration(migrations.Migration):
    """Let the portal read the turns of its own cases."""

    dependencies = [("cases", "0006_indexes_of_subjects")]
    operations = [migrations.RunSQL(PORTAL, migrations.RunSQL.noop)]
