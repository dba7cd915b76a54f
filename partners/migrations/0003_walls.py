"""Row security of partners: between tenants, and in the portal between partners."""

from django.db import migrations

from tenants.operations import PARTNER, Protect

# In the portal a partner sees itself and its own people; of the vendor's side, names only.
PORTAL = f"""
GRANT SELECT ON partners_region, partners_tier TO parley_portal;
GRANT SELECT (id, tenant_id, slug, name, kind, region_id, tier_id) ON partners_partner
    TO parley_portal;
GRANT SELECT (id, tenant_id, partner_id, user_id) ON partners_contact TO parley_portal;
CREATE POLICY own_company ON partners_partner AS RESTRICTIVE TO parley_portal
    USING (id = {PARTNER}) WITH CHECK (id = {PARTNER});
CREATE POLICY own_people ON partners_contact AS RESTRICTIVE TO parley_portal
    USING (partner_id = {PARTNER}) WITH CHECK (partner_id = {PARTNER});
CREATE POLICY own_people ON tenants_user AS RESTRICTIVE FOR SELECT TO parley_portal USING (
    id IN (SELECT user_id FROM tenants_membership WHERE role IN ('admin', 'staff'))
    OR id IN (SELECT user_id FROM partners_contact));
CREATE POLICY own_people ON tenants_membership AS RESTRICTIVE FOR SELECT TO parley_portal USING (
    role IN ('admin', 'staff') OR user_id IN (SELECT user_id FROM partners_contact));
"""

# The partner a contact's token names is one of its own tenant's.
TOKENS = """
ALTER TABLE tenants_apitoken ADD CONSTRAINT tenants_apitoken_partner_id_fk
    FOREIGN KEY (tenant_id, partner_id) REFERENCES partners_partner (tenant_id, id);
"""

# Whom the sweep tells: ids only.
SWEEP = """
CREATE POLICY sweep ON partners_contact FOR SELECT TO parley_sweeper USING (true);
GRANT SELECT (id, tenant_id, partner_id, user_id) ON partners_contact TO parley_sweeper;
"""


class Migration(migrations.Migration):
    """Put partners behind the wall."""

    dependencies = [("partners", "0002_references"), ("tenants", "0003_walls")]
    operations = [
        Protect("Region"),
        Protect("Tier"),
        Protect("Partner"),
        Protect("Contact"),
        migrations.RunSQL(PORTAL, migrations.RunSQL.noop),
        migrations.RunSQL(TOKENS, migrations.RunSQL.noop),
        migrations.RunSQL(SWEEP, migrations.RunSQL.noop),
    ]
