"""Configuration of the app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """See the package's docstring."""

    name = "portal"

    def ready(self) -> None:
        """Say how the API answers partners."""
        from portal.api import cases, explain, rest  # noqa: F401, PLC0415 - register by being there
