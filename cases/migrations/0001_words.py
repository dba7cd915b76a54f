"""The words a case is found by."""

from django.db import migrations

# Immutable, so that the column can be generated. The configuration is `simple` because cases are
# written in many languages; the cut keeps one long text from exceeding what a vector may hold.
FUNCTION = """
CREATE FUNCTION parley_case_words(number text, title text, deal_id text, description text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(to_tsvector('pg_catalog.simple', coalesce(number, '')), 'A')
        || setweight(to_tsvector('pg_catalog.simple', coalesce(deal_id, '')), 'A')
        || setweight(to_tsvector('pg_catalog.simple', coalesce(title, '')), 'B')
        || setweight(to_tsvector('pg_catalog.simple', left(coalesce(description, ''), 50000)), 'C')
$$
"""


class Migration(migrations.Migration):
    """Make the function before the table that uses it."""

    initial = True
    dependencies = []
    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
