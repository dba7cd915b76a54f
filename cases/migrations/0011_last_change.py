"""The API's list walks an index that settles ties, made while the product runs."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """One index of last changes instead of another."""

    atomic = False
    dependencies = [("cases", "0010_sweep_keeps_secrets")]
    operations = [
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS case_by_last_change", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            "case",
            models.Index(fields=["tenant", "-updated_at", "-id"], name="case_by_last_change"),
        ),
        RemoveIndexConcurrently("case", "case_by_change"),
    ]
