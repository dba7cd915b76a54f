"""Row security of the policy; what the sweep may read of it."""

from django.db import migrations

from tenants.operations import Protect

PORTAL = """
GRANT SELECT ON ladder_calendar, ladder_calendarversion, ladder_regioncalendar, ladder_programme
    TO parley_portal;
GRANT SELECT (id, tenant_id, slug, name, summary, category_class, position)
    ON ladder_category TO parley_portal;
"""

READABLE = {
    "ladder_calendarversion": "id, tenant_id, calendar_id, number, rules",
    "ladder_level": (
        "id, tenant_id, ladder_id, position, response_window, decision_window, veto_window,"
        " thresholds, concessions_only"
    ),
    "ladder_seat": ("id, tenant_id, level_id, user_id, backup_id, region_id, category_id, rank"),
    "ladder_programme": "id, tenant_id, close_after_days",
}
SWEEP = "".join(
    f"CREATE POLICY sweep ON {table} FOR SELECT TO parley_sweeper USING (true);"
    f"GRANT SELECT ({columns}) ON {table} TO parley_sweeper;"
    for table, columns in READABLE.items()
)
# A version of a calendar is what running clocks have pinned.
PINNED = "REVOKE UPDATE ON ladder_calendarversion FROM parley_app;"

MODELS = (
    "Calendar",
    "CalendarVersion",
    "RegionCalendar",
    "Programme",
    "Ladder",
    "Level",
    "Category",
    "Seat",
    "Route",
)


class Migration(migrations.Migration):
    """Put the policy behind the wall."""

    dependencies = [("ladder", "0002_references"), ("partners", "0003_walls")]
    operations = [
        *(Protect(name) for name in MODELS),
        migrations.RunSQL(PORTAL, migrations.RunSQL.noop),
        migrations.RunSQL(SWEEP, migrations.RunSQL.noop),
        migrations.RunSQL(PINNED, migrations.RunSQL.noop),
    ]
