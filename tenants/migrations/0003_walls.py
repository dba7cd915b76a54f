"""Row security of the tables that say who is who."""

from django.db import migrations

from tenants.operations import TENANT, USER, Protect

# A tenant is seen by its own requests, and by its members before they have chosen one.
TENANTS = f"""
ALTER TABLE tenants_tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants_tenant TO parley_owner USING (true) WITH CHECK (true);
CREATE POLICY tenant_isolation ON tenants_tenant TO parley_app, parley_portal
    USING (id = {TENANT}) WITH CHECK (id = {TENANT});
CREATE POLICY of_member ON tenants_tenant FOR SELECT TO parley_app
    USING (id IN (SELECT tenant_id FROM tenants_membership WHERE user_id = {USER}));
REVOKE INSERT, DELETE ON tenants_tenant FROM parley_app;
GRANT SELECT (id, slug, name) ON tenants_tenant TO parley_portal, parley_sweeper;
CREATE POLICY sweep ON tenants_tenant FOR SELECT TO parley_sweeper USING (true);
"""

# A person is seen by the tenants they are a member of, by themselves, and at sign-in by who knows
# the e-mail. Anyone may be added; only oneself is changed.
USERS = f"""
ALTER TABLE tenants_user ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_user FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants_user TO parley_owner USING (true) WITH CHECK (true);
CREATE POLICY visible ON tenants_user FOR SELECT TO parley_app, parley_portal USING (
    id = {USER}
    OR email = NULLIF(current_setting('app.email', true), '')
    OR id IN (SELECT user_id FROM tenants_membership WHERE tenant_id = {TENANT}));
CREATE POLICY added ON tenants_user FOR INSERT TO parley_app WITH CHECK (true);
CREATE POLICY oneself ON tenants_user FOR UPDATE TO parley_app
    USING (id = {USER} OR email = NULLIF(current_setting('app.email', true), ''));
REVOKE DELETE ON tenants_user FROM parley_app;
GRANT SELECT (id, name, is_active) ON tenants_user TO parley_portal;
GRANT SELECT (id, is_active) ON tenants_user TO parley_sweeper;
CREATE POLICY sweep ON tenants_user FOR SELECT TO parley_sweeper USING (true);
GRANT SELECT (tenant_id, user_id, role, is_active) ON tenants_membership TO parley_portal;
GRANT SELECT (tenant_id, user_id, role, is_active) ON tenants_membership TO parley_sweeper;
CREATE POLICY sweep ON tenants_membership FOR SELECT TO parley_sweeper USING (true);
GRANT SELECT (id, is_active) ON tenants_user TO parley_auditor;
CREATE POLICY audit ON tenants_user FOR SELECT TO parley_auditor USING (true);
GRANT SELECT (tenant_id, user_id, is_active) ON tenants_membership TO parley_auditor;
CREATE POLICY audit ON tenants_membership FOR SELECT TO parley_auditor USING (true);
"""

# A token acts for one member of its own tenant, and goes with them.
TOKENS = """
ALTER TABLE tenants_apitoken ADD CONSTRAINT tenants_apitoken_membership_id_fk
    FOREIGN KEY (tenant_id, membership_id) REFERENCES tenants_membership (tenant_id, id);
ALTER TABLE tenants_apitoken ADD CONSTRAINT tenants_apitoken_user_id_fk
    FOREIGN KEY (tenant_id, user_id) REFERENCES tenants_membership (tenant_id, user_id);
"""

# Tables of Django's that the product does not use: nobody may put anything there.
UNUSED = """
REVOKE ALL ON tenants_user_groups, tenants_user_user_permissions FROM parley_app;
"""


class Migration(migrations.Migration):
    """Put the first tables behind the wall."""

    dependencies = [("tenants", "0002_tables")]
    operations = [
        Protect("Membership", also=f"user_id = {USER}"),
        migrations.RunSQL(
            # What a composite reference to a person points at.
            "ALTER TABLE tenants_membership"
            " ADD CONSTRAINT tenants_membership_person UNIQUE (tenant_id, user_id)",
            migrations.RunSQL.noop,
        ),
        Protect("ApiToken", also="token_key = current_setting('app.token_key', true)"),
        migrations.RunSQL(TOKENS, migrations.RunSQL.noop),
        migrations.RunSQL(TENANTS, migrations.RunSQL.noop),
        migrations.RunSQL(USERS, migrations.RunSQL.noop),
        migrations.RunSQL(UNUSED, migrations.RunSQL.noop),
    ]
