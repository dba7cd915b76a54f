"""The references of the new columns are looked at, while the product runs."""

from django.db import migrations


class Migration(migrations.Migration):
    """Look at every row, stopping nobody."""

    atomic = False
    dependencies = [("cases", "0017_on_behalf_of")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_on_behalf_of_id_fk",
            migrations.RunSQL.noop,
        )
        for table in ("cases_assignment", "cases_clock")
    ]
