"""Wiring of the product: settings, URLs, Celery. No domain logic lives here."""

from escalation.celery import app as celery_app

__all__ = ["celery_app"]
