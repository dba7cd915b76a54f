"""The Celery application. PostgreSQL holds the truth; the broker only wakes workers."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation.settings")
# A warm shutdown on SIGTERM would wait for ever on a frozen task.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")

app = Celery("parley")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
