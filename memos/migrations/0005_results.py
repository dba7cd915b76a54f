"""The memo that an earlier cycle of a case ended with."""

from django.db import migrations

# The table is new and empty.
ADD = """
ALTER TABLE cases_result ADD CONSTRAINT cases_result_memo_id_fk
    FOREIGN KEY (tenant_id, memo_id) REFERENCES memos_memo (tenant_id, id);
"""


class Migration(migrations.Migration):
    """Make it a reference."""

    dependencies = [("memos", "0004_memo_of_case"), ("cases", "0016_results")]
    operations = [migrations.RunSQL(ADD, migrations.RunSQL.noop)]
