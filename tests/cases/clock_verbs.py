"""The same stories as in `clock_stories`, told by the verbs: what the rows say is compared."""

from collections import Counter
from datetime import datetime, timedelta

from cases import actions, pausing, reopening, retiming
from cases.models import Case, Clock
from ladder.durations import format_window
from ladder.models import Programme, Route
from tenants.errors import Invalid, NotNow
from tests.cases.clock_stories import FLOOR, Counted, Step, Story, fits
from tests.factories import World, make_world
from tests.ladder.oracle import ONE_DAY, Oracle
from tests.ladder.random_calendars import SPAN_DAYS

SEVERITIES = ("s1", "s2")


def agree_by_verbs(story: Story) -> Counter[str]:
    """Tell a story to a case on the story's calendar; after each act its decision clock is due when
    the oracle says. Returns how often each act was compared."""
    oracle = Oracle(story.example.calendar, story.example.first, SPAN_DAYS * 1440)
    seen: Counter[str] = Counter()
    if not fits(oracle, story.begins, story.window):
        return seen
    world = make_world(
        rules=story.example.calendar,
        response="PT500H",
        decision=format_window(story.window),
        total="PT1000H",
    )
    with world.scope():
        Programme.objects.update(floor_window=format_window(FLOOR), pause_cap_days=60)
        case = actions.acknowledge(world.case(at=story.begins), by=None, at=story.begins)
        counted, at = Counted(oracle, story.begins, story.window), story.begins
        _compare(case, counted)
        for number, step in enumerate(story.steps):
            at += step.after
            if at > oracle.end - 2 * ONE_DAY or not fits(oracle, at, step.window):
                break
            counted, done = _tell(world, case, counted, step, at, number)
            if done:
                seen[step.act] += 1
                _compare(case, counted)
    return seen


def _tell(
    world: World, case: Case, counted: Counted, step: Step, at: datetime, number: int
) -> tuple[Counted, bool]:
    """Do one act on both sides; what a verb refuses is not done."""
    try:
        if step.act == "pause":
            again = at + timedelta(minutes=1)
            pausing.pause(
                case, by=None, at=at, reason="customer", waits_for="Their board.", review_by=again
            )
            counted.pauses.append((at, None))
        elif step.act == "resume":
            pausing.resume(case, by=None, at=at)
            counted.pauses[-1] = (counted.pauses[-1][0], at)
        elif step.act == "retarget":
            return counted, _retarget(world, case, counted, step, at, number)
        else:
            actions.resolve(case, by=None, at=at, resolution="Settled.")
            reopening.reopen(case, by=None, at=at, reason="It broke again.")
            actions.acknowledge(case, by=None, at=at)
            counted = Counted(counted.oracle, at, counted.window)
    except (NotNow, Invalid):
        return counted, False
    return counted, True


def _retarget(
    world: World, case: Case, counted: Counted, step: Step, at: datetime, number: int
) -> bool:
    """Put the window into the matrix for a severity the case has not, and give it that one; what
    is late already is left as it is."""
    running = Clock.objects.filter(case=case, kind="decision", state="running", due_at__lte=at)
    if running.exists() or step.window == counted.window:
        return False
    severity = SEVERITIES[number % 2]
    if Case.objects.get(pk=case.pk).severity == severity:
        severity = SEVERITIES[1 - number % 2]
    Route.objects.filter(severity=severity).delete()
    Route.objects.filter(severity=None).update(position=100)
    Route.objects.create(
        tenant=world.tenant,
        position=number + 1,
        severity=severity,
        ladder_id=case.ladder_id,
        windows={"steps": [{"decision": format_window(step.window)}]},
    )
    retiming.change_severity(case, by=None, at=at, severity=severity, reason="The press called.")
    counted.retarget(step.window, at)
    return True


def _compare(case: Case, counted: Counted) -> None:
    """The clock's row says what the oracle counted."""
    clock = Clock.objects.filter(case=case, kind="decision").latest("anchor", "id")
    assert clock.target_seconds == counted.target
    assert (clock.state == "paused") == counted.stands
    due = counted.due()
    if clock.state == "running":
        assert clock.due_at == due if due is not None else clock.due_at > counted.oracle.end
