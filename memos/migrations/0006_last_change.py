"""When concessions and memos last changed as programs are shown them; the search of one status."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations, models
from django.db.models.functions import Now

from tenants.operations import TENANT

# What the rows there are have until the next migration fills them.
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)

# Whoever writes a row, the release before included, which knows of no such column.
CONCESSIONS = """
CREATE FUNCTION memos_concession_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.updated_at = OLD.updated_at THEN
        NEW.updated_at := now();
    END IF;
    -- Who waited for another to be done began before it: it never goes back.
    NEW.updated_at := greatest(OLD.updated_at, NEW.updated_at);
    RETURN NEW;
END $$;
CREATE TRIGGER in_step BEFORE UPDATE ON memos_concession FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION memos_concession_in_step();

CREATE FUNCTION memos_concession_asks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A clock that changes does not say when.
    at timestamptz := CASE TG_OP WHEN 'INSERT' THEN NEW.anchor ELSE now() END;
BEGIN
    UPDATE memos_concession SET updated_at = at
        WHERE tenant_id = NEW.tenant_id AND id = NEW.subject AND updated_at < at;
    RETURN NULL;
END $$;
CREATE TRIGGER concession_asks AFTER INSERT ON cases_clock FOR EACH ROW
    WHEN (NEW.kind = 'approval')
    EXECUTE FUNCTION memos_concession_asks();
CREATE TRIGGER concession_asks_another AFTER UPDATE ON cases_clock FOR EACH ROW
    WHEN (NEW.kind = 'approval' AND (OLD.owner_id, OLD.on_behalf_of_id, OLD.level_id, OLD.due_at)
        IS DISTINCT FROM (NEW.owner_id, NEW.on_behalf_of_id, NEW.level_id, NEW.due_at))
    EXECUTE FUNCTION memos_concession_asks();

CREATE FUNCTION memos_concession_lapses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE memos_concession SET updated_at = NEW.updated_at
        WHERE tenant_id = NEW.tenant_id AND case_id = NEW.id AND state = 'pending'
            AND updated_at < NEW.updated_at;
    RETURN NULL;
END $$;
CREATE TRIGGER concession_lapses AFTER UPDATE OF status ON cases_case FOR EACH ROW
    WHEN ((OLD.status IN ('resolved', 'closed', 'withdrawn'))
        <> (NEW.status IN ('resolved', 'closed', 'withdrawn')))
    EXECUTE FUNCTION memos_concession_lapses();
"""

# The sweep gives a concession to the next level: that it changed, and no more of it.
SWEEP = """
CREATE POLICY sweep ON memos_concession TO parley_sweeper USING (true) WITH CHECK (true);
GRANT SELECT (id, tenant_id, case_id, state, updated_at), UPDATE (updated_at)
    ON memos_concession TO parley_sweeper;
"""

# An issued memo stays as it is but for when one of its actions was done, which is told beside it.
MEMOS = """
CREATE FUNCTION memos_memo_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.changed_at := NEW.updated_at;
    ELSIF NEW.updated_at > OLD.updated_at THEN
        NEW.changed_at := greatest(NEW.changed_at, NEW.updated_at);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_step BEFORE INSERT OR UPDATE ON memos_memo FOR EACH ROW
    EXECUTE FUNCTION memos_memo_in_step();

CREATE OR REPLACE FUNCTION memos_memo_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE apart text[] := '{changed_at, search}';
BEGIN
    IF OLD.status = 'issued' AND (TG_OP = 'DELETE' OR NEW.changed_at = OLD.changed_at
        OR to_jsonb(NEW) - apart <> to_jsonb(OLD) - apart)
    THEN
        RAISE EXCEPTION 'an issued memo cannot be changed or removed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION memos_action_is_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE memos_memo SET changed_at = NEW.done_at
        WHERE tenant_id = NEW.tenant_id AND id = NEW.memo_id AND changed_at < NEW.done_at;
    RETURN NULL;
END $$;
CREATE TRIGGER done AFTER UPDATE OF done_at ON memos_memoaction FOR EACH ROW
    WHEN (NEW.done_at IS DISTINCT FROM OLD.done_at)
    EXECUTE FUNCTION memos_action_is_done();
"""

# What is issued, or is not, is told apart before the limit, so that the one does not crowd out the
# other.
SEARCH = f"""
DROP FUNCTION parley_memos_with_words(tsquery);
CREATE FUNCTION parley_memos_with_words(words tsquery, issued boolean DEFAULT NULL)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM public.memos_memo WHERE search @@ words AND tenant_id = {TENANT}
        AND (issued IS NULL OR issued = (status = 'issued'))
    ORDER BY updated_at DESC LIMIT 500
$$;
GRANT SELECT (status) ON memos_memo TO parley_search;
REVOKE ALL ON FUNCTION parley_memos_with_words(tsquery, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parley_memos_with_words(tsquery, boolean) TO parley_app;
GRANT USAGE, CREATE ON SCHEMA public TO parley_search;
ALTER FUNCTION parley_memos_with_words(tsquery, boolean) OWNER TO parley_search;
REVOKE CREATE ON SCHEMA public FROM parley_search;
"""


def instants(model: str, column: str) -> list[Any]:
    """Return the operations that add an instant: unknown of the rows there are, and of later ones
    that of their statement."""
    return [
        migrations.AddField(model, column, models.DateTimeField(db_default=UNKNOWN)),
        migrations.AlterField(model, column, models.DateTimeField(db_default=Now())),
    ]


class Migration(migrations.Migration):
    """Add the columns, which the database keeps in step whoever writes."""

    dependencies = [("memos", "0005_results"), ("cases", "0021_updates")]
    operations = [
        *instants("concession", "updated_at"),
        *instants("memo", "changed_at"),
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (CONCESSIONS, SWEEP, MEMOS, SEARCH)
        ),
    ]
