"""A case's memo is one of its tenant's."""

from django.db import migrations

MAKE = """
ALTER TABLE cases_case ADD CONSTRAINT cases_case_memo_id_fk
    FOREIGN KEY (tenant_id, memo_id) REFERENCES memos_memo (tenant_id, id) NOT VALID
"""


class Migration(migrations.Migration):
    """Make the reference, then look at the rows, so that nothing waits for the look."""

    atomic = False
    dependencies = [("memos", "0003_walls_of_memos"), ("cases", "0004_subjects_and_grants")]
    operations = [
        migrations.RunSQL(MAKE, migrations.RunSQL.noop),
        migrations.RunSQL(
            "ALTER TABLE cases_case VALIDATE CONSTRAINT cases_case_memo_id_fk",
            migrations.RunSQL.noop,
        ),
    ]
