"""What the database roles may touch by default, before any table exists.

The roles themselves come from `./dev roles`: making them needs more rights than a migration has.
"""

from django.db import migrations

GRANTS = """
GRANT USAGE ON SCHEMA public TO parley_app, parley_portal, parley_sweeper, parley_backup,
    parley_relay, parley_auditor, parley_sealer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO parley_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO parley_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO parley_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO parley_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO parley_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO parley_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO parley_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO parley_backup;
"""


class Migration(migrations.Migration):
    """Grants, and default privileges so that no later table is forgotten."""

    initial = True
    dependencies = []
    operations = [migrations.RunSQL(GRANTS, migrations.RunSQL.noop)]
