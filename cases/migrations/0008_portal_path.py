"""What a partner reads of its case: its own title, what is due, who had it and from when."""

from django.db import migrations

from tenants.operations import PARTNER

# The title of a case may name the complainant's customer, and what is due next in it may be another
# party's request: no party may read either, so they are taken back at once, although pages of the
# release before fail from then on until they are replaced (docs/upgrading.md). A party reads its own
# title, the clocks of its case that are about no party, and its own requests.
WALLS = f"""
REVOKE SELECT (title, due_at, due_kind, due_missed) ON cases_case FROM parley_portal;
GRANT SELECT (assignment_id) ON cases_case TO parley_portal;
GRANT SELECT (title, account, asked_at) ON cases_party TO parley_portal;
GRANT SELECT (id, tenant_id, case_id, assignment_id, cycle, kind, state, anchor, due_at, met_at,
    breached_at, ended_at, subject) ON cases_clock TO parley_portal;
CREATE POLICY own_clocks ON cases_clock AS RESTRICTIVE TO parley_portal
    USING ((kind IN ('response', 'decision', 'total')
            OR kind = 'request' AND subject = {PARTNER})
        AND EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_clock.tenant_id
            AND p.case_id = cases_clock.case_id AND p.partner_id = {PARTNER}))
    WITH CHECK (false);
"""

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
    """Put the wall between what two parties read of one case."""

    dependencies = [("cases", "0007_fill_parties")]
    operations = [
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(PORTAL, migrations.RunSQL.noop),
    ]
