"""How much a run has to do."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do, and how fast it falls due; seconds."""

    vendors: int
    cases: int
    spread: float
    response: int
    decision: int
    lead: float = 6.0

    def words(self) -> str:
        """Return it as the program takes it."""
        return json.dumps(asdict(self))
