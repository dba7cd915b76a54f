"""Lines of the matrix that were replaced stay, because cases point at the one they took."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Let a line be retired; positions are unique among those in force."""

    dependencies = [("ladder", "0003_walls")]
    operations = [
        migrations.AddField(
            model_name="route",
            name="retired_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RemoveConstraint(model_name="route", name="route_position"),
        migrations.AddConstraint(
            model_name="route",
            constraint=models.UniqueConstraint(
                fields=["tenant", "position"],
                condition=models.Q(retired_at__isnull=True),
                name="route_position",
            ),
        ),
    ]
