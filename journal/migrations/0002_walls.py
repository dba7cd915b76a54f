"""Row security of the trail and the outbox; events that cannot be changed."""

from django.db import migrations

from tenants.operations import OF_TENANT, Protect

# An event may be put in its place in the chain, once. Nothing else about it ever changes.
APPEND_ONLY = """
CREATE FUNCTION journal_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL AND NEW.hash IS NOT NULL
        AND (OLD.id, OLD.tenant_id, OLD.kind, OLD.at, OLD.facts, OLD.audience, OLD.recorded_at)
            = (NEW.id, NEW.tenant_id, NEW.kind, NEW.at, NEW.facts, NEW.audience, NEW.recorded_at)
        AND (OLD.by_id, OLD.case_id, OLD.partner_id, OLD.once_key)
            IS NOT DISTINCT FROM (NEW.by_id, NEW.case_id, NEW.partner_id, NEW.once_key)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events of the audit trail cannot be changed or removed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_event
    FOR EACH ROW EXECUTE FUNCTION journal_event_is_append_only();
REVOKE UPDATE, DELETE ON journal_event FROM parley_app;
"""

CHAIN = f"""
ALTER TABLE journal_chainhead ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_chainhead FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON journal_chainhead TO parley_owner, parley_app
    USING ({OF_TENANT}) WITH CHECK ({OF_TENANT});
REVOKE INSERT, UPDATE, DELETE ON journal_chainhead FROM parley_app;
"""

# Column by column, what each background role may see of every tenant.
ROLES = """
CREATE POLICY seal ON journal_event TO parley_sealer USING (true) WITH CHECK (true);
CREATE POLICY seal ON journal_chainhead TO parley_sealer USING (true) WITH CHECK (true);
GRANT SELECT ON journal_event TO parley_sealer;
GRANT UPDATE (seq, hash) ON journal_event TO parley_sealer;
GRANT SELECT, INSERT, UPDATE ON journal_chainhead TO parley_sealer;

CREATE POLICY relay ON journal_notice FOR SELECT TO parley_relay USING (true);
GRANT SELECT (tenant_id, state, next_attempt_at) ON journal_notice TO parley_relay;

CREATE POLICY audit ON journal_notice FOR SELECT TO parley_auditor USING (true);
GRANT SELECT (id, tenant_id, event_id, channel, state, created_at, done_at) ON journal_notice
    TO parley_auditor;
CREATE POLICY audit ON journal_event FOR SELECT TO parley_auditor USING (true);
GRANT SELECT (id, tenant_id, kind, at, recorded_at, seq) ON journal_event TO parley_auditor;

CREATE POLICY sweep ON journal_event FOR INSERT TO parley_sweeper WITH CHECK (true);
GRANT INSERT ON journal_event TO parley_sweeper;
CREATE POLICY sweep ON journal_notice FOR INSERT TO parley_sweeper WITH CHECK (true);
GRANT INSERT ON journal_notice TO parley_sweeper;

-- Which loops are alive. No tenant's data, hence no row security.
REVOKE INSERT, UPDATE, DELETE ON journal_heartbeat FROM parley_app;
GRANT SELECT, INSERT, UPDATE ON journal_heartbeat TO parley_sweeper;
"""


class Migration(migrations.Migration):
    """Put the trail and the outbox behind the wall."""

    dependencies = [("journal", "0001_tables"), ("tenants", "0003_walls")]
    operations = [
        Protect("Event"),
        Protect("Notice"),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(CHAIN, migrations.RunSQL.noop),
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
    ]
