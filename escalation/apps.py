"""Configuration of the app."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    """Wiring."""

    name = "escalation"

    def ready(self) -> None:
        """Register the figures of the background loops."""
        from prometheus_client.core import REGISTRY  # noqa: PLC0415 - models are loaded only now

        from escalation.operations import LoopCollector  # noqa: PLC0415

        REGISTRY.register(LoopCollector())
