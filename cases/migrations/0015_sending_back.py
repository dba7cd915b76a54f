"""A kind of clock: until when an automatic escalation can be sent back."""

from django.db import migrations, models

KINDS = [
    ("response", "Response"),
    ("decision", "Decision"),
    ("total", "Total"),
    ("reminder", "Reminder"),
    ("closing", "Closing"),
    ("request", "Request for the next level"),
    ("approval", "Concession"),
    ("action", "Action"),
    ("pause", "Pause"),
    ("review", "Sending back"),
]


class Migration(migrations.Migration):
    """Name it; the database keeps any kind."""

    dependencies = [("cases", "0014_pauses")]
    operations = [
        migrations.AlterField("clock", "kind", models.CharField(choices=KINDS, max_length=8))
    ]
