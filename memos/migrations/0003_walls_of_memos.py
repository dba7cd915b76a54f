"""Row security of memos; issued ones that nobody can change; the portal's wall; the search."""

from django.db import migrations

from tenants.operations import PARTNER, TENANT, Protect

# Also for the owner, and whatever program asks. The look at the memo waits for who is just issuing
# it, so that nothing slips in beside.
IMMUTABLE = """
CREATE FUNCTION memos_memo_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'issued' THEN
        RAISE EXCEPTION 'an issued memo cannot be changed or removed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON memos_memo
    FOR EACH ROW EXECUTE FUNCTION memos_memo_is_kept();

CREATE FUNCTION memos_is_issued(tenant uuid, memo uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    SELECT status INTO found FROM memos_memo WHERE tenant_id = tenant AND id = memo FOR SHARE;
    RETURN coalesce(found = 'issued', false);
END $$;

CREATE FUNCTION memos_part_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP <> 'INSERT' AND memos_is_issued(OLD.tenant_id, OLD.memo_id))
        OR (TG_OP <> 'DELETE' AND memos_is_issued(NEW.tenant_id, NEW.memo_id))
    THEN
        RAISE EXCEPTION 'the copies and actions of an issued memo cannot be changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON memos_memocopy
    FOR EACH ROW EXECUTE FUNCTION memos_part_is_kept();
CREATE TRIGGER kept BEFORE INSERT OR DELETE ON memos_memoaction
    FOR EACH ROW EXECUTE FUNCTION memos_part_is_kept();
-- What became of an action is written beside what was agreed.
CREATE TRIGGER agreed_is_kept BEFORE UPDATE ON memos_memoaction FOR EACH ROW
    WHEN ((OLD.id, OLD.tenant_id, OLD.memo_id, OLD.position, OLD.what, OLD.due_on)
            IS DISTINCT FROM (NEW.id, NEW.tenant_id, NEW.memo_id, NEW.position, NEW.what, NEW.due_on)
        OR (OLD.owner_id, OLD.partner_id) IS DISTINCT FROM (NEW.owner_id, NEW.partner_id))
    EXECUTE FUNCTION memos_part_is_kept();

CREATE FUNCTION memos_receipt_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a receipt cannot be changed or removed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON memos_memoreceipt
    FOR EACH ROW EXECUTE FUNCTION memos_receipt_is_kept();
REVOKE UPDATE, DELETE ON memos_memoreceipt FROM parley_app;
"""

# A party reads that a memo was issued, its own copy, and what it has to do itself; never the
# vendor's own sections, nor another party's copy.
PORTAL = f"""
GRANT SELECT (id, tenant_id, case_id, number, version, status, issued_by_id, issued_at)
    ON memos_memo TO parley_portal;
CREATE POLICY issued_to_parties ON memos_memo AS RESTRICTIVE TO parley_portal
    USING (status = 'issued' AND EXISTS (SELECT FROM cases_party p
        WHERE p.tenant_id = memos_memo.tenant_id AND p.case_id = memos_memo.case_id
            AND p.partner_id = {PARTNER}))
    WITH CHECK (false);
GRANT SELECT (id, tenant_id, memo_id, partner_id, title, body, sha256) ON memos_memocopy
    TO parley_portal;
CREATE POLICY own_copy ON memos_memocopy AS RESTRICTIVE TO parley_portal
    USING (partner_id = {PARTNER} AND EXISTS (SELECT FROM memos_memo m
        WHERE m.tenant_id = memos_memocopy.tenant_id AND m.id = memos_memocopy.memo_id
            AND m.status = 'issued'))
    WITH CHECK (false);
GRANT SELECT (id, tenant_id, memo_id, partner_id, position, what, due_on, done_at)
    ON memos_memoaction TO parley_portal;
CREATE POLICY own_actions ON memos_memoaction AS RESTRICTIVE TO parley_portal
    USING (partner_id = {PARTNER} AND EXISTS (SELECT FROM memos_memo m
        WHERE m.tenant_id = memos_memoaction.tenant_id AND m.id = memos_memoaction.memo_id
            AND m.status = 'issued'))
    WITH CHECK (false);
GRANT SELECT (id, tenant_id, copy_id, user_id, at) ON memos_memoreceipt TO parley_portal;
CREATE POLICY own_receipts ON memos_memoreceipt AS RESTRICTIVE TO parley_portal
    USING (EXISTS (SELECT FROM memos_memocopy c WHERE c.tenant_id = memos_memoreceipt.tenant_id
        AND c.id = memos_memoreceipt.copy_id AND c.partner_id = {PARTNER}))
    WITH CHECK (false);
"""

# As for cases: words are matched by an operator that is not leakproof. The function filters by the
# stamped tenant itself and returns ids only; the caller's query on them is behind the wall again.
SEARCH = f"""
CREATE FUNCTION parley_memos_with_words(words tsquery) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM public.memos_memo WHERE search @@ words AND tenant_id = {TENANT}
    ORDER BY updated_at DESC LIMIT 500
$$;
GRANT SELECT (id, tenant_id, search, updated_at) ON memos_memo TO parley_search;
REVOKE ALL ON FUNCTION parley_memos_with_words(tsquery) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parley_memos_with_words(tsquery) TO parley_app;
GRANT USAGE, CREATE ON SCHEMA public TO parley_search;
ALTER FUNCTION parley_memos_with_words(tsquery) OWNER TO parley_search;
REVOKE CREATE ON SCHEMA public FROM parley_search;
"""

# Four eyes: an array cannot be looked through by the constraints that models know.
FOUR_EYES = """
ALTER TABLE memos_memo ADD CONSTRAINT reviewer_wrote_none_of_it
    CHECK (reviewer_id <> ALL (writers))
"""

MODELS = ("MemoCounter", "Memo", "MemoCopy", "MemoAction", "MemoReceipt")


class Migration(migrations.Migration):
    """Put memos behind the wall."""

    dependencies = [("memos", "0002_memos"), ("cases", "0005_walls_of_parties")]
    operations = [
        *(Protect(name) for name in MODELS),
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (FOUR_EYES, IMMUTABLE, PORTAL, SEARCH)
        ),
    ]
