"""What a calendar refuses."""


class CalendarError(ValueError):
    """Rules, or a question about them, that cannot be used.

    ``field`` says where the trouble stands (``weekly.mon[0]``, ``anchor``), ``reason`` what
    it is, as one plain sentence.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class StillPausedError(CalendarError):
    """A pause without an end began before the target was used up: nothing is due yet."""
