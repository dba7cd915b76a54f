"""References of the new columns, and the wall around the new table."""

from django.db import migrations

from tenants.operations import Protect

# Checked after they are made, so that nothing waits for the look at every row.
REFERENCES = {
    "cases_clock_owner_id_fk": "(tenant_id, owner_id) REFERENCES tenants_membership"
    " (tenant_id, user_id)",
    "cases_clock_backup_id_fk": "(tenant_id, backup_id) REFERENCES tenants_membership"
    " (tenant_id, user_id)",
    "cases_clock_level_id_fk": "(tenant_id, level_id) REFERENCES ladder_level (tenant_id, id)",
}
MAKE = [
    f"ALTER TABLE cases_clock ADD CONSTRAINT {name} FOREIGN KEY {columns} NOT VALID"
    for name, columns in REFERENCES.items()
]


class Migration(migrations.Migration):
    """Put the new columns behind the wall."""

    dependencies = [("cases", "0004_subjects_and_grants"), ("ladder", "0003_walls")]
    operations = [
        Protect("CaseGrant"),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in MAKE),
    ]
