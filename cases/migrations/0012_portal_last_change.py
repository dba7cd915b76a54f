"""When a case last changed tells a partner of the other parties, so the portal cannot read it."""

from django.db import migrations

REVOKE = "REVOKE SELECT (updated_at) ON cases_case FROM parley_portal;"
GRANT = "GRANT SELECT (updated_at) ON cases_case TO parley_portal;"


class Migration(migrations.Migration):
    """A column less for the portal."""

    dependencies = [("cases", "0011_last_change")]
    operations = [migrations.RunSQL(REVOKE, GRANT)]
