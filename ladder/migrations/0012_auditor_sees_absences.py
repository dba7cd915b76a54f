"""The auditor sees which levels absences have left with nobody, and whose work waits there."""

from django.db import migrations

# Ids and times; never the note, nor who recorded it.
READS = """
CREATE POLICY audit ON ladder_absence FOR SELECT TO parley_auditor USING (true);
GRANT SELECT (id, tenant_id, person_id, delegate_id, starts_at, ends_at, ended_at, weekdays, zone)
    ON ladder_absence TO parley_auditor;
CREATE POLICY audit ON ladder_seat FOR SELECT TO parley_auditor USING (true);
GRANT SELECT (id, tenant_id, level_id, user_id, backup_id, region_id, category_id)
    ON ladder_seat TO parley_auditor;
GRANT SELECT (role) ON tenants_membership TO parley_auditor;
"""


class Migration(migrations.Migration):
    """Let the auditor read who is away, who stands in, and who holds which level."""

    dependencies = [("ladder", "0011_urgent_levels"), ("tenants", "0003_walls")]
    operations = [migrations.RunSQL(READS, migrations.RunSQL.noop)]
