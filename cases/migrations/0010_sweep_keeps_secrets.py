"""The sweep puts a concession of a confidential case to nobody who may not know of it."""

from django.db import migrations

READS = "GRANT SELECT (confidentiality) ON cases_case TO parley_sweeper;"


class Migration(migrations.Migration):
    """Let the sweep see whether a case is confidential."""

    dependencies = [("cases", "0009_later_parties")]
    operations = [migrations.RunSQL(READS, migrations.RunSQL.noop)]
