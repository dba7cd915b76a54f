"""Levels whose reminders do not wait for anybody's working hours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column, with a default in the database, so that what runs goes on."""

    dependencies = [("ladder", "0010_update_window")]
    operations = [
        migrations.AddField(
            "level",
            "urgent",
            models.BooleanField(db_default=False, default=False, verbose_name="urgent"),
        )
    ]
