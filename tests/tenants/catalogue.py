"""Reading PostgreSQL's own catalogue: what is true of the tables, whatever the code believes."""

from collections import defaultdict
from typing import Any

from django.db import connection

TABLES = """
SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
OTHERS = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')
"""
POLICIES = """
SELECT tablename, policyname, permissive, roles::text[], cmd, qual, with_check
FROM pg_policies WHERE schemaname = 'public'
"""
UNIQUE = """
SELECT c.relname, i.relname, array(
    SELECT a.attname::text FROM unnest(x.indkey::int[]) k
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k)
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND x.indisunique
"""
REFERENCES = """
SELECT f.conname, f.conrelid::regclass::text, f.confrelid::regclass::text,
    array(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY k (num, place)
        JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.num ORDER BY place),
    array(SELECT a.attname::text FROM unnest(f.confkey) WITH ORDINALITY k (num, place)
        JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.num ORDER BY place)
FROM pg_constraint f WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace
"""
GRANTS = """
SELECT c.relname, a.privilege_type, '*' FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    AND a.grantee = %(role)s::regrole
UNION ALL
SELECT c.relname, a.privilege_type, t.attname FROM pg_attribute t
JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = %(role)s::regrole
"""
TO_EVERYBODY = """
SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0
"""


def rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Return what the catalogue answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return list(cursor.fetchall())


def tables() -> dict[str, tuple[bool, bool, str]]:
    """Return each table with whether row security is on, forced, and who owns it."""
    return {name: (on, forced, owner) for name, on, forced, owner in rows(TABLES)}


def with_tenant() -> set[str]:
    """Return the tables that have a tenant's column."""
    found = rows(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'tenant_id'"
    )
    return {name for (name,) in found}


def policies(role: str) -> dict[str, list[dict[str, Any]]]:
    """Return the policies that apply to a role, by table."""
    names = ("name", "permissive", "roles", "cmd", "qual", "check")
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for table, *values in rows(POLICIES):
        policy = dict(zip(names, values, strict=True))
        if role in policy["roles"] or "public" in policy["roles"]:
            found[table].append(policy)
    return found


def grants(role: str) -> dict[str, dict[str, str]]:
    """Return what a role may do, by table and privilege: `*`, or the columns in order."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for table, privilege, column in rows(GRANTS, role=role):
        found[table][privilege].append(column)
    return {
        table: {privilege: " ".join(sorted(columns)) for privilege, columns in said.items()}
        for table, said in found.items()
    }
