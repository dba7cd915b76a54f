"""Which mail a notice leaves in, and how long it may wait for others."""

from django.db import migrations, models

# The auditor must not take what waits on purpose for what got stuck.
AUDIT = "GRANT SELECT (held_until) ON journal_notice TO parley_auditor;"
NO_AUDIT = "REVOKE SELECT (held_until) ON journal_notice FROM parley_auditor;"


class Migration(migrations.Migration):
    """Two columns that may be empty: what runs meanwhile goes on, and sends letter by letter."""

    dependencies = [("journal", "0002_walls")]
    operations = [
        migrations.AddField("notice", "mail_id", models.UUIDField(null=True)),
        migrations.AddField("notice", "held_until", models.DateTimeField(null=True)),
        migrations.AlterField(
            "notice",
            "state",
            models.CharField(
                choices=[
                    ("pending", "Waiting"),
                    ("sent", "Sent"),
                    ("dropped", "Not sent: nothing that the person is still to be told"),
                    ("failed", "Given up"),
                ],
                default="pending",
                max_length=8,
            ),
        ),
        migrations.RunSQL(AUDIT, NO_AUDIT),
    ]
