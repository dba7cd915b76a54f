"""Who is away, and who stands in: the table, its wall, and the one question that is asked of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Least

import tenants.fields
import tenants.ids
from tenants.operations import TENANT, Protect

PROTECT, CASCADE = django.db.models.deletion.PROTECT, django.db.models.deletion.CASCADE


def person(**kwargs: bool) -> tenants.fields.MemberForeignKey:
    """Return a reference to somebody of the tenant; the indexes say how it is looked up."""
    return tenants.fields.MemberForeignKey(
        db_constraint=False, db_index=False, on_delete=PROTECT, related_name="+", **kwargs
    )


# A zone that the database does not know would stop every question about who is away, so it cannot
# be written. And what was done on somebody's behalf keeps its reason: nothing is deleted.
KEPT = """
ALTER TABLE ladder_absence ADD CONSTRAINT absence_zone_is_known
    CHECK ((starts_at AT TIME ZONE zone) IS NOT NULL);
REVOKE DELETE ON ladder_absence FROM parley_app;
"""

# Never the note, nor who recorded it.
SWEEP = """
CREATE POLICY sweep ON ladder_absence FOR SELECT TO parley_sweeper USING (true);
GRANT SELECT (id, tenant_id, person_id, delegate_id, starts_at, ends_at, ended_at, weekdays, zone)
    ON ladder_absence TO parley_sweeper;
"""

# A person, and everybody for whom they stand in now: the same as `ladder.absence.Absences.acts_for`
# by the database's clock, so that the rule of who sees a restricted case stays one statement. It
# runs as who asks, behind the wall.
ACTS_FOR = f"""
CREATE FUNCTION parley_acts_for(asker uuid) RETURNS SETOF uuid LANGUAGE sql STABLE ROWS 2
SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE away AS (
        SELECT DISTINCT ON (a.person_id) a.person_id, a.delegate_id FROM ladder_absence a
        WHERE a.tenant_id = {TENANT} AND a.starts_at <= now()
            AND (LEAST(a.ends_at, a.ended_at) IS NULL OR LEAST(a.ends_at, a.ended_at) > now())
            AND (a.weekdays = '{{}}'
                OR extract(isodow FROM now() AT TIME ZONE a.zone)::int = ANY (a.weekdays))
        ORDER BY a.person_id, a.starts_at DESC, a.id DESC
    ), named AS (
        SELECT away.person_id, away.delegate_id FROM away
        JOIN tenants_membership m ON m.tenant_id = {TENANT} AND m.user_id = away.delegate_id
            AND m.is_active AND m.role IN ('admin', 'staff', 'custodian')
        JOIN tenants_user u ON u.id = m.user_id AND u.is_active
    ), acting (id) AS (
        SELECT asker UNION SELECT named.person_id FROM named JOIN acting
            ON acting.id = named.delegate_id
    )
    SELECT id FROM acting
$$;
REVOKE ALL ON FUNCTION parley_acts_for(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parley_acts_for(uuid) TO parley_app;
"""


class Migration(migrations.Migration):
    """Make the table, behind the wall."""

    dependencies = [("ladder", "0008_floor"), ("tenants", "0003_walls")]
    operations = [
        migrations.CreateModel(
            "Absence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), default=list, size=None
                    ),
                ),
                ("zone", models.CharField(max_length=64, verbose_name="time zone")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("recorded_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("person", person()),
                ("delegate", person(blank=True, null=True)),
                ("recorded_by", person(null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("tenant"),
                        Least("ends_at", "ended_at"),
                        name="absence_by_end",
                    ),
                    models.Index(
                        fields=["tenant", "person", "-starts_at"], name="absences_of_person"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="absence_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delegate__isnull", True),
                            models.Q(("delegate", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_stands_in_for_themselves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekdays__contained_by", [1, 2, 3, 4, 5, 6, 7])),
                        name="absence_on_known_weekdays",
                    ),
                ],
            },
        ),
        Protect("Absence"),
        *(
            migrations.RunSQL(statement, migrations.RunSQL.noop)
            for statement in (KEPT, SWEEP, ACTS_FOR)
        ),
    ]
