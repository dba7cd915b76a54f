"""The sweep passes over levels that may concede nothing."""

from django.db import migrations

READS = "GRANT SELECT (authority_kinds) ON ladder_level TO parley_sweeper;"


class Migration(migrations.Migration):
    """Let the sweep see which kinds of concession a level may allow."""

    dependencies = [("ladder", "0005_exchange_rates")]
    operations = [migrations.RunSQL(READS, migrations.RunSQL.noop)]
