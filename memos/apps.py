"""Configuration of the app."""

from django.apps import AppConfig


class MemosConfig(AppConfig):
    """Memos tell the journal how their events are told, and show their part of a case's page."""

    name = "memos"

    def ready(self) -> None:
        """Register what lower apps ask for."""
        from cases.sections import register as register_section  # noqa: PLC0415 - models first
        from cases.words import register_kinds  # noqa: PLC0415
        from journal.registry import register  # noqa: PLC0415
        from memos.concession_pages import case_section  # noqa: PLC0415
        from memos.concession_words import KINDS as CONCESSIONS  # noqa: PLC0415
        from memos.concession_words import ConcessionSubject  # noqa: PLC0415
        from memos.letters import KINDS, MemoSubject  # noqa: PLC0415
        from memos.memopage import memo_section  # noqa: PLC0415

        register("memo", MemoSubject())
        register_kinds(KINDS)
        register("concession", ConcessionSubject())
        register_kinds(CONCESSIONS)
        register_section(case_section)
        register_section(memo_section)
