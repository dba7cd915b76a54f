"""A partner that gets its part later sees no turn that was over by then, and no clock of one."""

from django.db import migrations

from tenants.operations import PARTNER

# The turn and the clocks that run when it joins are its concern, whenever they began. What follows
# is asked for each row of a later party alone: all others joined when the case began.
PART = """SELECT FROM cases_party p WHERE p.tenant_id = {table}.tenant_id
    AND p.case_id = {table}.case_id AND p.partner_id = {partner}
    AND (p.joined_at IS NULL OR {seen})"""
TURN = PART.format(
    table="cases_assignment",
    partner=PARTNER,
    seen="coalesce(cases_assignment.ended_at > p.joined_at, true)",
)
# A deadline that was missed in an earlier turn has no end of its own: it goes with its turn.
CLOCK = PART.format(
    table="cases_clock",
    partner=PARTNER,
    seen="""coalesce(coalesce(cases_clock.met_at, cases_clock.ended_at) > p.joined_at, true)
        AND (cases_clock.assignment_id IS NULL OR EXISTS (SELECT FROM cases_assignment a
            WHERE a.tenant_id = cases_clock.tenant_id AND a.id = cases_clock.assignment_id))""",
)
WALLS = f"""
ALTER POLICY own_cases ON cases_assignment USING (EXISTS ({TURN}));
ALTER POLICY own_clocks ON cases_clock
    USING ((kind IN ('response', 'decision', 'total')
            OR kind = 'request' AND subject = {PARTNER})
        AND EXISTS ({CLOCK}));
"""


class Migration(migrations.Migration):
    """Put what was over before a part began behind the portal's wall."""

    dependencies = [("cases", "0012_portal_last_change")]
    operations = [migrations.RunSQL(WALLS, migrations.RunSQL.noop)]
