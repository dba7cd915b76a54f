"""Business-time arithmetic, pure: when is a window over, and how much of it is used.

`Rules` say when a calendar is open, `compile_rules` turns them into a `Compiled` calendar
that answers. No clock is read here and no database; instants are aware datetimes, or
integer microseconds since 1970-01-01 UTC where the name ends in ``_us``.
"""

from ladder.worktime.always import always_open
from ladder.worktime.compiled import Compiled, Run, compile_rules, run_from
from ladder.worktime.errors import CalendarError, StillPausedError
from ladder.worktime.explain import Step, Why
from ladder.worktime.instants import Pause, from_us, to_us
from ladder.worktime.rules import Interval, Rules

__all__ = [
    "CalendarError",
    "Compiled",
    "Interval",
    "Pause",
    "Rules",
    "Run",
    "Step",
    "StillPausedError",
    "Why",
    "always_open",
    "compile_rules",
    "from_us",
    "run_from",
    "to_us",
]
