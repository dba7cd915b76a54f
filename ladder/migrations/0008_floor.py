"""The least time a clock gets when its target changes to one that has passed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column, with a default in the database, so that what runs goes on."""

    dependencies = [("ladder", "0007_pause_cap")]
    operations = [
        migrations.AddField(
            "programme",
            "floor_window",
            models.CharField(
                db_default="PT1H",
                default="PT1H",
                max_length=20,
                verbose_name="least time after a change of target",
            ),
        )
    ]
