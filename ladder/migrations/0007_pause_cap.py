"""For how long a case may stand still, in all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column, with a default in the database, so that what runs goes on."""

    dependencies = [("ladder", "0006_sweep_reads_kinds")]
    operations = [
        migrations.AddField(
            "programme",
            "pause_cap_days",
            models.PositiveSmallIntegerField(
                db_default=10, default=10, verbose_name="business days a case may stand still"
            ),
        )
    ]
