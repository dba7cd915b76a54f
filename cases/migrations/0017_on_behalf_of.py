"""In whose place a turn is held, and in whose place a clock asks somebody."""

import django.db.models.deletion
from django.db import migrations

import tenants.fields

# Looked at by the next migration, so that nothing waits for the look at every row.
MAKE = [
    f"ALTER TABLE {table} ADD CONSTRAINT {table}_on_behalf_of_id_fk"
    " FOREIGN KEY (tenant_id, on_behalf_of_id)"
    " REFERENCES tenants_membership (tenant_id, user_id) NOT VALID"
    for table in ("cases_assignment", "cases_clock")
]


def principal() -> tenants.fields.MemberForeignKey:
    """Return in whose place; nobody is looked up by it."""
    return tenants.fields.MemberForeignKey(
        db_constraint=False,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
    )


class Migration(migrations.Migration):
    """Add the columns, empty."""

    dependencies = [("cases", "0016_results"), ("tenants", "0003_walls")]
    operations = [
        migrations.AddField("assignment", "on_behalf_of", principal()),
        migrations.AddField("clock", "on_behalf_of", principal()),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in MAKE),
    ]
