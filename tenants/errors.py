"""What a verb says when it will not. Pages and API turn these into their own answers."""

from collections.abc import Mapping, Sequence


class Refused(Exception):  # noqa: N818 - it reads as what happened: the request was refused
    """A request that is refused, with the reason in a sentence a user understands."""

    status = 400
    # Which of the tenant's rules refuses it, where who may can set that rule aside.
    rule: str = ""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = str(reason)


class NotAllowed(Refused):
    """The thing is visible, but this person may not do that to it."""

    status = 403


class NotNow(Refused):
    """The state of the thing forbids it; `allowed` names what may be done now."""

    status = 409

    def __init__(self, reason: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.allowed = tuple(allowed)


class Invalid(Refused):
    """Wrong input: each field with its reason. Nothing was written."""

    status = 400

    def __init__(self, errors: Mapping[str, str]) -> None:
        said = (f"{name}: {reason}" if name else str(reason) for name, reason in errors.items())
        super().__init__("; ".join(said))
        self.errors = {name: str(reason) for name, reason in errors.items()}


class Stale(Refused):
    """The thing was changed since it was read; nothing was done."""

    status = 412
