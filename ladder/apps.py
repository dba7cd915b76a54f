"""Configuration of the app."""

from django.apps import AppConfig


class LadderConfig(AppConfig):
    """See the package's docstring."""

    name = "ladder"
