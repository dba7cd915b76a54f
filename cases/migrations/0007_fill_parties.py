"""What each party reads its case called, and which cases are confidential, for the cases there are.

Filled in small steps, each a transaction of its own, so that nothing waits for the whole. Run again,
it goes on where it stopped.
"""

from typing import Any

from django.db import migrations, transaction

STEP = 5000
# The owner sees the rows of the stamped tenant only.
STAMP = "SELECT set_config('app.tenant_id', %s, true)"
# A case of a restricted category is restricted.
CASES = """
UPDATE cases_case c SET confidentiality = k.confidentiality FROM ladder_category k
WHERE k.tenant_id = c.tenant_id AND k.id = c.category_id AND c.confidentiality = 'normal'
    AND k.confidentiality IN ('restricted', 'sealed')
    AND c.id IN (SELECT x.id FROM cases_case x JOIN ladder_category y
        ON y.tenant_id = x.tenant_id AND y.id = x.category_id
        WHERE x.confidentiality = 'normal' AND y.confidentiality IN ('restricted', 'sealed')
        LIMIT %s)
"""
# The complainant reads the title as it was logged, another party the kind of dispute.
PARTIES = """
UPDATE cases_party p SET title = CASE p.role WHEN 'complainant' THEN c.title ELSE k.name END
FROM cases_case c, ladder_category k
WHERE c.tenant_id = p.tenant_id AND c.id = p.case_id
    AND k.tenant_id = c.tenant_id AND k.id = c.category_id
    AND p.id IN (SELECT id FROM cases_party WHERE title = '' LIMIT %s)
"""


def fill(_apps: Any, schema_editor: Any) -> None:
    """Fill tenant by tenant, step by step."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM tenants_tenant ORDER BY id")
        tenants = [str(row[0]) for row in cursor.fetchall()]
    for tenant in tenants:
        for statement in (CASES, PARTIES):
            while step(connection, tenant, statement):
                pass


def step(connection: Any, tenant: str, statement: str) -> int:
    """Fill some rows of one tenant; return how many."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(STAMP, [tenant])
        cursor.execute(statement, [STEP])
        return int(cursor.rowcount)


class Migration(migrations.Migration):
    """Fill the new columns."""

    atomic = False
    dependencies = [("cases", "0006_indexes_of_subjects")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
