"""Indexes of the new columns of clocks, made while the product runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

SUBJECT = models.UniqueConstraint(
    condition=models.Q(("state", "running")),
    fields=("tenant", "case", "kind", "subject"),
    name="one_running_clock_per_subject",
    nulls_distinct=False,
)
ONE_PER_SUBJECT = """
CREATE UNIQUE INDEX CONCURRENTLY one_running_clock_per_subject
    ON cases_clock (tenant_id, case_id, kind, subject) NULLS NOT DISTINCT WHERE state = 'running'
"""


def anew(name: str) -> migrations.RunSQL:
    """Return the statement that takes away what an interrupted run, or the last release, left."""
    return migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)


class Migration(migrations.Migration):
    """Several clocks of one kind may run if they are about different subjects."""

    atomic = False
    dependencies = [("cases", "0005_walls_of_parties")]
    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE cases_clock VALIDATE CONSTRAINT cases_clock_{column}_fk",
                migrations.RunSQL.noop,
            )
            for column in ("owner_id", "backup_id", "level_id")
        ),
        anew("clock_of_person"),
        AddIndexConcurrently(
            "clock",
            models.Index(
                condition=models.Q(
                    ("ended_at__isnull", True), ("met_at__isnull", True), ("owner__isnull", False)
                ),
                fields=["tenant", "owner", "due_at"],
                name="clock_of_person",
            ),
        ),
        anew("clock_of_backup"),
        AddIndexConcurrently(
            "clock",
            models.Index(
                condition=models.Q(
                    ("backup__isnull", False), ("ended_at__isnull", True), ("met_at__isnull", True)
                ),
                fields=["tenant", "backup", "due_at"],
                name="clock_of_backup",
            ),
        ),
        anew("clock_of_subject"),
        AddIndexConcurrently(
            "clock",
            models.Index(
                condition=models.Q(("subject__isnull", False)),
                fields=["tenant", "subject"],
                name="clock_of_subject",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                anew("one_running_clock_per_subject"),
                migrations.RunSQL(ONE_PER_SUBJECT, migrations.RunSQL.noop),
                anew("one_running_clock_per_kind"),
            ],
            state_operations=[
                migrations.RemoveConstraint("clock", "one_running_clock_per_kind"),
                migrations.AddConstraint("clock", SUBJECT),
            ],
        ),
    ]
