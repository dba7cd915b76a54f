"""References of the new columns, and the portal's wall between what two parties read."""

from django.db import migrations

from tenants.operations import PARTNER, Protect

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

# The owner sees the rows of the stamped tenant only. A case of a restricted category is restricted;
# the complainant reads the title as it was logged, another party the kind of dispute.
FILL = """
DO $$
DECLARE one uuid; before text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
    FOR one IN SELECT id FROM tenants_tenant LOOP
        PERFORM set_config('app.tenant_id', one::text, true);
        UPDATE cases_case c SET confidentiality = k.confidentiality FROM ladder_category k
            WHERE k.tenant_id = c.tenant_id AND k.id = c.category_id
                AND k.confidentiality IN ('restricted', 'sealed');
        UPDATE cases_party p SET title = CASE p.role WHEN 'complainant' THEN c.title ELSE k.name END
            FROM cases_case c, ladder_category k
            WHERE c.tenant_id = p.tenant_id AND c.id = p.case_id
                AND k.tenant_id = c.tenant_id AND k.id = c.category_id;
        IF EXISTS (SELECT FROM cases_party WHERE title = '') THEN
            RAISE EXCEPTION 'a party of tenant % has no title', one;
        END IF;
    END LOOP;
    PERFORM set_config('app.tenant_id', before, true);
END $$
"""

# The title of a case may name the complainant's customer: another party must not read it, so it is
# taken back at once, although pages of the release before then fail until they are replaced.
PORTAL = f"""
REVOKE SELECT (title) ON cases_case FROM parley_portal;
GRANT SELECT (title, account, asked_at) ON cases_party TO parley_portal;
GRANT SELECT (id, tenant_id, case_id, kind, state, anchor, due_at, met_at, breached_at, ended_at,
    subject) ON cases_clock TO parley_portal;
CREATE POLICY own_request ON cases_clock AS RESTRICTIVE TO parley_portal
    USING (kind = 'request' AND subject = {PARTNER}
        AND EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_clock.tenant_id
            AND p.case_id = cases_clock.case_id AND p.partner_id = {PARTNER}))
    WITH CHECK (false);
"""


class Migration(migrations.Migration):
    """Put the new columns behind the wall."""

    dependencies = [("cases", "0004_subjects_and_grants"), ("ladder", "0003_walls")]
    operations = [
        Protect("CaseGrant"),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in MAKE),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(PORTAL, migrations.RunSQL.noop),
    ]
