"""Leave to set rules aside: what a verb is given where a person asks for it."""

from dataclasses import dataclass, field

from cases.models import Rule
from tenants.errors import Refused


@dataclass(slots=True)
class Leave:
    """Whether a person who may has asked to set rules aside, and which an act has set aside."""

    asked: bool = False
    rules: list[Rule] = field(default_factory=list)

    def need(self, rule: Rule, refusal: Refused) -> None:
        """Set a rule aside; raise the refusal where nobody asked for that, marked as one that can
        be."""
        if not self.asked:
            refusal.rule = rule
            raise refusal
        self.rules.append(rule)
