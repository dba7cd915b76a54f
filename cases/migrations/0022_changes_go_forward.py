"""The sweep compares when a case was last changed, so that this never goes back."""

from django.db import migrations

GRANT = "GRANT SELECT (updated_at) ON cases_case TO parley_sweeper;"
REVOKE = "REVOKE SELECT (updated_at) ON cases_case FROM parley_sweeper;"


class Migration(migrations.Migration):
    """One column more for the sweeper, of the rows it reads already."""

    dependencies = [("cases", "0021_updates")]
    operations = [migrations.RunSQL(GRANT, REVOKE)]
