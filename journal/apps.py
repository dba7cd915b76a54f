"""Configuration of the app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """See the package's docstring."""

    name = "journal"

    def ready(self) -> None:
        """Let the apps below write into the trail."""
        from journal.actions import record  # noqa: PLC0415 - models are not there before
        from tenants.trail import record_with  # noqa: PLC0415

        record_with(record)
