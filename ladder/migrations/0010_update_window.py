"""The time within which the next update of a case is owed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column, with a default in the database, so that what runs goes on."""

    dependencies = [("ladder", "0009_absences")]
    operations = [
        migrations.AddField(
            "programme",
            "update_window",
            models.CharField(
                blank=True,
                db_default="P5D",
                default="P5D",
                max_length=20,
                verbose_name="time until the next update",
            ),
        )
    ]
