"""When the concessions and memos there are last changed, and the indexes of the API's lists.

Filled in small steps, each a transaction of its own, so that nothing waits for the whole. Run again,
it goes on where it stopped.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models, transaction

STEP = 5000
# The owner sees the rows of the stamped tenant only.
STAMP = "SELECT set_config('app.tenant_id', %s, true)"
# When a request was taken back, or lapsed, is not on its row: not after its case changed last.
CONCESSIONS = """
UPDATE memos_concession c SET updated_at = greatest(c.requested_at, c.decided_at,
    (SELECT max(k.anchor) FROM cases_clock k
        WHERE k.tenant_id = c.tenant_id AND k.subject = c.id AND k.kind = 'approval'),
    CASE WHEN c.state IN ('pending', 'withdrawn') THEN s.updated_at END)
FROM cases_case s
WHERE s.tenant_id = c.tenant_id AND s.id = c.case_id AND c.id IN (
    SELECT id FROM memos_concession WHERE updated_at = timestamptz '1970-01-01 00:00Z' LIMIT %s)
"""
MEMOS = """
UPDATE memos_memo m SET changed_at = greatest(m.updated_at,
    (SELECT max(a.done_at) FROM memos_memoaction a
        WHERE a.tenant_id = m.tenant_id AND a.memo_id = m.id))
WHERE m.id IN (
    SELECT id FROM memos_memo WHERE changed_at = timestamptz '1970-01-01 00:00Z' LIMIT %s)
"""


def fill(_apps: Any, schema_editor: Any) -> None:
    """Fill tenant by tenant, step by step."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM tenants_tenant ORDER BY id")
        tenants = [str(row[0]) for row in cursor.fetchall()]
    for tenant in tenants:
        for statement in (CONCESSIONS, MEMOS):
            while step(connection, tenant, statement):
                pass


def step(connection: Any, tenant: str, statement: str) -> int:
    """Fill some rows of one tenant; return how many."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(STAMP, [tenant])
        cursor.execute(statement, [STEP])
        return int(cursor.rowcount)


def index(model: str, column: str, name: str) -> list[Any]:
    """Return the operations that make an index while the product runs, whatever an interrupted run
    has left."""
    drop = migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)
    made = models.Index(fields=["tenant", f"-{column}", "-id"], name=name)
    return [drop, AddIndexConcurrently(model, made)]


class Migration(migrations.Migration):
    """Fill the new columns, then index them."""

    atomic = False
    dependencies = [("memos", "0006_last_change")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        *index("concession", "updated_at", "concession_by_change"),
        *index("memo", "changed_at", "memo_by_change"),
    ]
