"""Configuration of the app."""

from django.apps import AppConfig


class LadderConfig(AppConfig):
    """The policy tells the journal how absences are told."""

    name = "ladder"

    def ready(self) -> None:
        """Register how the events of absences are told."""
        from journal.registry import register  # noqa: PLC0415 - models are loaded only now
        from ladder.letters import AbsenceSubject  # noqa: PLC0415

        register("absence", AbsenceSubject())
