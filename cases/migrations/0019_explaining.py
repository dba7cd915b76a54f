"""A partner reads why its clocks are due when they are: how much they count, and in which hours."""

from django.db import migrations

GRANT = "GRANT SELECT (target_seconds, calendar_version_id) ON cases_clock TO parley_portal;"
REVOKE = "REVOKE SELECT (target_seconds, calendar_version_id) ON cases_clock FROM parley_portal;"


class Migration(migrations.Migration):
    """Two columns more for the portal, of the rows it reads already."""

    dependencies = [("cases", "0018_on_behalf_of_checked")]
    operations = [migrations.RunSQL(GRANT, REVOKE)]
