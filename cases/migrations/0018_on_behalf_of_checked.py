"""The references of the new columns are looked at, and what is held for somebody gets its index, while
the product runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Look at every row, stopping nobody."""

    atomic = False
    dependencies = [("cases", "0017_on_behalf_of")]
    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_on_behalf_of_id_fk",
                migrations.RunSQL.noop,
            )
            for table in ("cases_assignment", "cases_clock")
        ),
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS turns_on_behalf", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            "assignment",
            models.Index(
                condition=models.Q(("on_behalf_of__isnull", False)),
                fields=["tenant", "on_behalf_of", "case"],
                name="turns_on_behalf",
            ),
        ),
    ]
