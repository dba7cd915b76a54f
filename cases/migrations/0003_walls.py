"""Row security of cases: between tenants, in the portal between partners, and for the sweep."""

from django.db import migrations

from tenants.operations import PARTNER, TENANT, Protect

# The current turn of a case: the table of turns refers back to the case.
TURN = """
ALTER TABLE cases_case ADD CONSTRAINT cases_case_assignment_id_fk
    FOREIGN KEY (tenant_id, assignment_id) REFERENCES cases_assignment (tenant_id, id);
"""

# In the portal a case exists only for its parties, and a partner sees only its own part in it, and
# of its texts those meant for all parties or for this one.
PORTAL = f"""
GRANT SELECT (id, tenant_id, case_id, partner_id, role) ON cases_party TO parley_portal;
CREATE POLICY own_part ON cases_party AS RESTRICTIVE TO parley_portal
    USING (partner_id = {PARTNER}) WITH CHECK (partner_id = {PARTNER});
GRANT SELECT (id, tenant_id, number, title, category_id, status, cycle, owner_id, due_at,
    due_kind, due_missed, outcome, opened_at, resolved_at, closed_at, updated_at) ON cases_case
    TO parley_portal;
CREATE POLICY own_cases ON cases_case AS RESTRICTIVE TO parley_portal
    USING (EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_case.tenant_id
        AND p.case_id = cases_case.id AND p.partner_id = {PARTNER}))
    WITH CHECK (false);
GRANT SELECT (id, tenant_id, case_id, kind, author_id, audience, partner_id, body, at)
    ON cases_message TO parley_portal;
CREATE POLICY shared_texts ON cases_message AS RESTRICTIVE TO parley_portal
    USING ((audience = 'parties' OR (audience = 'party' AND partner_id = {PARTNER}))
        AND EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_message.tenant_id
            AND p.case_id = cases_message.case_id AND p.partner_id = {PARTNER}))
    WITH CHECK (false);
"""

# The sweep works across tenants: ids, states and times; never a title, a text or a name.
SWEEP = """
CREATE POLICY sweep ON cases_case TO parley_sweeper USING (true) WITH CHECK (true);
GRANT SELECT (id, tenant_id, number, status, severity, cycle, ladder_id, category_id, region_id,
    start_position, windows, calendar_version_id, assignment_id, owner_id, level_id, due_at,
    version) ON cases_case TO parley_sweeper;
GRANT UPDATE (status, assignment_id, owner_id, level_id, due_at, due_kind, due_soon_at,
    due_missed, closed_at, updated_at, version) ON cases_case TO parley_sweeper;
CREATE POLICY sweep ON cases_clock TO parley_sweeper USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON cases_clock TO parley_sweeper;
GRANT UPDATE (state, next_fire_at, fired, "window", target_seconds, due_at, soon_at, anchor,
    breached_at, processed_at, ended_at) ON cases_clock TO parley_sweeper;
CREATE POLICY sweep ON cases_assignment TO parley_sweeper USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON cases_assignment TO parley_sweeper;
GRANT UPDATE (ended_at, end_reason) ON cases_assignment TO parley_sweeper;
CREATE POLICY sweep ON cases_party FOR SELECT TO parley_sweeper USING (true);
GRANT SELECT (id, tenant_id, case_id, partner_id, role) ON cases_party TO parley_sweeper;
"""

AUDIT = """
CREATE POLICY audit ON cases_case FOR SELECT TO parley_auditor USING (true);
GRANT SELECT (id, tenant_id, number, status, cycle, assignment_id, owner_id, due_at)
    ON cases_case TO parley_auditor;
CREATE POLICY audit ON cases_clock FOR SELECT TO parley_auditor USING (true);
GRANT SELECT ON cases_clock TO parley_auditor;
CREATE POLICY audit ON cases_assignment FOR SELECT TO parley_auditor USING (true);
GRANT SELECT ON cases_assignment TO parley_auditor;
"""

# Words are matched by an operator that is not leakproof, so under row security it would read the
# whole table. This function may pass the wall, hence it filters by the stamped tenant itself,
# returns ids only, and the caller's query on those ids is behind the wall again. What has ended, or
# has not, is told apart before the limit, so that the one does not crowd out the other.
SEARCH = f"""
CREATE FUNCTION parley_cases_with_words(words tsquery, ended boolean DEFAULT NULL)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM public.cases_case WHERE search @@ words AND tenant_id = {TENANT}
        AND (ended IS NULL OR ended = (status IN ('resolved', 'closed', 'withdrawn')))
    ORDER BY updated_at DESC LIMIT 500
$$;
GRANT SELECT (id, tenant_id, search, status, updated_at) ON cases_case TO parley_search;
REVOKE ALL ON FUNCTION parley_cases_with_words(tsquery, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parley_cases_with_words(tsquery, boolean) TO parley_app;
GRANT USAGE, CREATE ON SCHEMA public TO parley_search;
ALTER FUNCTION parley_cases_with_words(tsquery, boolean) OWNER TO parley_search;
REVOKE CREATE ON SCHEMA public FROM parley_search;
"""

# Tables of libraries that the product does not use, and those that only migrations write.
UNUSED = """
REVOKE ALL ON guardian_userobjectpermission, guardian_groupobjectpermission, auth_group,
    auth_group_permissions FROM parley_app;
REVOKE INSERT, UPDATE, DELETE ON auth_permission, django_content_type, django_migrations
    FROM parley_app;
"""

MODELS = ("CaseCounter", "Case", "Party", "Assignment", "Clock", "Message")


class Migration(migrations.Migration):
    """Put cases behind the wall."""

    dependencies = [
        ("cases", "0002_tables"),
        ("ladder", "0003_walls"),
        ("journal", "0002_walls"),
        ("guardian", "0001_initial"),
    ]
    operations = [
        *(Protect(name) for name in MODELS),
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (TURN, PORTAL, SWEEP, AUDIT, SEARCH, UNUSED)
        ),
    ]
