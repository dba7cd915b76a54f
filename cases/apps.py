"""Configuration of the app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases tell the journal who may see them."""

    name = "cases"

    def ready(self) -> None:
        """Register how the events of cases are told."""
        from cases.alarm import AuditSubject  # noqa: PLC0415 - models are loaded only now
        from cases.letters import CaseSubject  # noqa: PLC0415
        from cases.rebaseletters import RebaseSubject  # noqa: PLC0415
        from journal.registry import register  # noqa: PLC0415

        register("case", CaseSubject())
        register("audit", AuditSubject())
        register("rebase", RebaseSubject())
