"""Every rule of how clocks count, and every complaint about time that is designed out, by name.

What has a test beside the code it is about is listed with it, and fails here where that test is
gone; what has none stands here.
"""

from importlib import import_module

import pytest

from cases import actions
from cases.models import Case, Clock
from cases.retiming import hold
from cases.sweep import sweep
from journal.models import Event, Notice
from ladder.models import Calendar, CalendarVersion, Ladder, Programme, RegionCalendar, Route
from ladder.queries import calendar_for
from partners.models import Region
from tests.cases.verbs import HOUR, LATER, do, paused
from tests.factories import BERLIN_HOURS, OPENED, World, make_calendar, make_ladder, make_world

pytestmark = pytest.mark.django_db

ACTIONS, PAUSING, RETIMING = "cases.test_actions", "cases.test_pausing", "cases.test_retiming"
SWEEP, MORE, ENGINE = "cases.test_sweep", "cases.test_sweep_more", "cases.test_engine"
WORKTIME, REQUESTS = "ladder.test_worktime", "cases.test_requests"
REBASING = "cases.test_rebasing"
BACK, REOPENING, REPAIR = "cases.test_sending_back", "cases.test_reopening", "cases.test_repair"
# Each rule, and the module and name of the test that shows it.
RULES: dict[str, tuple[str, str]] = {
    "due is the earliest instant at which the target is used": (
        WORKTIME,
        "test_the_eight_rows_of_the_specification",
    ),
    "what was missed is derived from what happened at any moment": (
        REPAIR,
        "test_whatever_was_done_every_due_time_follows_from_it",
    ),
    "acknowledging meets the response alone": (
        ACTIONS,
        "test_acknowledging_meets_the_response_alone",
    ),
    "a decision meets response and decision": (
        ACTIONS,
        "test_deciding_acknowledges_and_the_total_goes_on",
    ),
    "resolving meets the total": (ACTIONS, "test_resolving_meets_everything_and_starts_ten_days"),
    "a missed total escalates one level once and alarms": (
        MORE,
        "test_a_missed_total_climbs_once_and_alarms",
    ),
    "the review starts with an automatic escalation": (
        BACK,
        "test_a_climb_by_the_clock_starts_the_window_of_the_level_it_comes_to",
    ),
    "the review starts once per level and cycle": (
        BACK,
        "test_it_can_be_sent_back_once_for_each_level_and_cycle",
    ),
    "sending back gives the lower level its full windows again": (
        BACK,
        "test_the_lower_level_gets_its_full_windows_again",
    ),
    "a request runs eight hours of business time": (
        REQUESTS,
        "test_the_eight_hours_are_business_hours",
    ),
    "a missed request escalates": (
        REQUESTS,
        "test_a_request_that_nobody_answers_escalates_by_itself",
    ),
    "a breach without a successor becomes a reminder": (
        SWEEP,
        "test_at_the_top_an_alarm_is_raised_and_repeats",
    ),
    "a reminder repeats every response window and at most every minute": (
        ENGINE,
        "test_an_alarm_repeats_every_response_window_and_at_most_every_minute",
    ),
    "escalation ends the clocks of the level and their breach stays on record": (
        SWEEP,
        "test_the_clock_that_was_missed_keeps_its_due_time_and_when_it_was_noticed",
    ),
    "withdrawing or closing ends all": (ACTIONS, "test_what_is_over_has_no_clock_that_runs"),
    "windows of a route override those of the level step by step": (
        ENGINE,
        "test_the_windows_of_a_route_count_climbable_levels_from_the_start",
    ),
    "clock days are multiples of 24 hours": (
        WORKTIME,
        "test_clock_days_are_multiples_of_24_hours",
    ),
    "business days end at the last closing of the nth open day": (
        WORKTIME,
        "test_business_days_end_at_the_last_closing_of_the_nth_open_day",
    ),
    "mixed durations are refused": (
        "ladder.test_durations",
        "test_parse_refuses_with_field_and_reason",
    ),
    "an interval belongs whole to the day it starts on": (
        WORKTIME,
        "test_the_tail_of_a_night_shift_is_not_cut_by_the_next_day",
    ),
    "overlapping intervals count once": (
        WORKTIME,
        "test_hours_worked_across_clock_changes_and_overlaps",
    ),
    "one-off hours override holidays, which override the week": (
        WORKTIME,
        "test_one_off_hours_override_holidays_which_override_the_week",
    ),
    "an ambiguous local time is its first occurrence": (
        WORKTIME,
        "test_an_ambiguous_closing_time_is_its_first_occurrence",
    ),
    "a calendar without hours is refused": (
        "ladder.test_worktime_rules",
        "test_refusals_name_the_field",
    ),
    "a search for an end is bounded": (
        "ladder.test_worktime_refusals",
        "test_the_search_for_an_end_is_bounded",
    ),
    "a pause has a reason from the list and a time to look again": (
        PAUSING,
        "test_what_is_wrong_is_said_by_field_and_nothing_stands_still",
    ),
    "a pause has a cap over all of a cycle": (
        PAUSING,
        "test_the_longest_time_is_counted_over_all_pauses_of_a_cycle",
    ),
    "overlapping pauses count once and only open seconds are subtracted": (
        WORKTIME,
        "test_pauses_take_open_time_only_and_once",
    ),
    "the response does not pause": (
        PAUSING,
        "test_the_answer_that_is_owed_first_does_not_stand_still",
    ),
    "a real word from the party resumes first": (
        PAUSING,
        "test_a_word_from_the_party_that_owes_it_ends_the_pause",
    ),
    "a pause never undoes a breach": (PAUSING, "test_a_window_that_was_missed_cannot_be_paused"),
    "another severity keeps anchor and elapsed time": (
        RETIMING,
        "test_anchor_and_what_was_used_stay_and_the_target_changes",
    ),
    "where the new due is past a floor is granted": (
        RETIMING,
        "test_where_the_new_due_time_has_passed_the_floor_is_granted",
    ),
    "a milder target never erases a breach": (
        RETIMING,
        "test_a_milder_target_never_erases_a_breach",
    ),
    "rules are pinned when the clock starts": (
        REPAIR,
        "test_a_new_version_of_the_calendar_changes_no_clock_that_runs",
    ),
    "re-basing running clocks on new rules is a previewed act": (
        REBASING,
        "test_what_is_true_when_it_is_approved_counts_and_not_what_was_shown",
    ),
    "re-basing running clocks on new rules is an approved act": (
        REBASING,
        "test_another_admin_answers_once_and_never_who_asked",
    ),
    "re-basing running clocks on new rules is a logged act": (
        REBASING,
        "test_each_case_has_one_event_its_owner_is_told_once_and_parties_where_a_time_changed",
    ),
    "a re-based clock never falls due in the past": (
        REBASING,
        "test_a_rebased_clock_never_falls_due_in_the_past",
    ),
    "a re-base never erases a breach": (REBASING, "test_what_was_missed_stays_missed"),
    "people are resolved live": (
        "cases.test_sweep_absences",
        "test_an_overdue_case_climbs_to_the_delegate_on_behalf_of_the_holder",
    ),
    "what is due first counts": (
        ENGINE,
        "test_the_face_is_what_was_missed_first_else_what_is_due_next",
    ),
    "a ladder that cannot be climbed in its total is refused": (
        "ladder.test_load_policy",
        "test_a_ladder_that_cannot_be_climbed_in_time",
    ),
    "a case acknowledged everywhere and decided nowhere is tried too": (
        "ladder.test_reach",
        "test_acknowledged_everywhere_and_decided_nowhere",
    ),
    "every hour of eight weeks is tried": (
        "ladder.test_reach",
        "test_eight_weeks_of_hours_are_tried_and_no_more",
    ),
    "an update starts at each update shared and is met by the next": (
        "cases.test_updates",
        "test_it_starts_at_each_update_and_is_met_by_the_next",
    ),
    "a local time in a gap is the instant of the transition": (
        WORKTIME,
        "test_a_time_in_a_gap_is_the_instant_of_the_transition",
    ),
    "windows count from where a case of another severity begins": (
        RETIMING,
        "test_a_worse_case_takes_the_windows_of_the_levels_it_would_have_begun_on",
    ),
    "a seat above is one for the region and category": (
        "cases.test_from_above",
        "test_a_seat_elsewhere_is_not_above",
    ),
    "the earlier result stays frozen": (REOPENING, "test_the_earlier_result_stays_as_it_was"),
    "thresholds are shares of worked time": (
        WORKTIME,
        "test_thresholds_are_shares_of_worked_time",
    ),
    "a threshold fires at most once": (RETIMING, "test_no_threshold_is_told_twice"),
    "a threshold fires at most once, even after a re-base": (
        REBASING,
        "test_no_threshold_is_told_twice_after_a_rebase",
    ),
    "of several thresholds crossed only the highest is told": (
        ENGINE,
        "test_of_several_thresholds_crossed_only_the_highest_is_told",
    ),
    "after an outage a case climbs one level": (
        SWEEP,
        "test_after_an_outage_a_case_climbs_one_level_and_gets_a_real_window_there",
    ),
}
COMPLAINTS: dict[str, tuple[str, str]] = {
    "a pause lost when the target changes": (
        RETIMING,
        "test_a_pause_is_not_lost_when_the_target_changes",
    ),
    "a pause lost when the case goes straight to resolved": (
        PAUSING,
        "test_whatever_moves_the_case_on_ends_the_pause_first",
    ),
    "a pause measured in other units than the target": (
        PAUSING,
        "test_a_pause_counts_in_the_unit_of_the_target",
    ),
    "the next group inheriting no time": (
        ACTIONS,
        "test_handing_up_gives_the_next_level_its_full_windows",
    ),
    "an escalation that only ever fires for level one": (
        SWEEP,
        "test_nobody_answers_and_the_case_climbs_to_the_top_one_level_per_window",
    ),
    "an escalation that silently stopped": (MORE, "test_a_case_that_was_mended_moves_again"),
    "a level with nobody on it": (MORE, "test_where_nobody_is_there_it_alarms_and_does_not_wait"),
    "out-of-office ignored": (
        "cases.test_standing_in",
        "test_a_new_case_goes_to_the_delegate_on_behalf_of_the_holder",
    ),
    "hundreds of mails after one breach": (
        "cases.test_outage",
        "test_after_three_days_each_climbs_one_level_and_each_person_gets_one_mail",
    ),
    "a reopened case overdue at once": (
        REOPENING,
        "test_every_window_begins_anew_and_nothing_is_overdue",
    ),
}


@pytest.mark.parametrize("rule", [*RULES, *COMPLAINTS])
def test_a_rule_has_its_test(rule: str) -> None:
    module, name = (RULES | COMPLAINTS)[rule]
    found = getattr(import_module(f"tests.{module}"), name, None)
    assert callable(found), f"{name} is not in {module} any more"
    assert found.__name__ == name


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock: four hours to answer, sixteen to decide, a hundred in all."""
    return make_world()


def clocks(case: Case) -> dict[str, tuple[object, ...]]:
    """Return each clock of a case as it stands."""
    rows = Clock.objects.filter(case=case).order_by("anchor", "id")
    return {str(c.pk): (c.kind, c.state, c.target_seconds, c.due_at, c.met_at) for c in rows}


def test_nothing_but_an_acknowledgement_meets_the_response(world: World) -> None:
    with world.scope():
        case = world.case()
        do(world, "add_message", case)
        do(world, "add_message", case, by="anna")
        do(world, "change_severity", case)
        do(world, "reassign", case)
        assert Clock.objects.get(kind="response").state == "running"
        actions.acknowledge(case, by=world["petra"], at=LATER)
        assert Clock.objects.get(kind="response").met_at == LATER


def test_an_automatic_reply_moves_no_clock(world: World) -> None:
    """A partner's words that answer nothing leave every clock, a pause for others too."""
    with world.scope():
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        paused(world, case)
        before, shown = clocks(case), Case.objects.values("due_at", "due_kind").get()
        do(world, "add_message", case, by="anna", at=LATER + HOUR)
        assert clocks(case) == before
        assert Case.objects.values("due_at", "due_kind").get() == shown


def test_early_escalation_never_extends_the_total(world: World) -> None:
    with world.scope():
        case = world.case()
        before = Clock.objects.values().get(kind="total")
        for who in ("tom", "petra"):
            case = do(world, "escalate", case, by=who)
        hold(case, by=None, at=LATER, until=LATER + 30 * HOUR, reason="Counsel reads.")
        assert Clock.objects.values().get(kind="total") == before


def test_the_calendar_is_the_ladders_else_the_regions_else_the_programmes(world: World) -> None:
    with world.scope():
        own = make_calendar(world, "Berlin", BERLIN_HOURS)
        ladder, region = Ladder.objects.get(), Region.objects.get()
        Ladder.objects.update(calendar=None)
        ladder.refresh_from_db()
        assert calendar_for(ladder, region) == CalendarVersion.objects.get(calendar__name="Hours")
        kept = RegionCalendar.objects.create(
            tenant=world.tenant, region=region, calendar=own.calendar
        )
        assert calendar_for(ladder, region) == own
        assert calendar_for(ladder, None).calendar == Programme.objects.get().calendar
        ladder.calendar = Calendar.objects.get(name="Hours")
        assert calendar_for(ladder, kept.region).calendar.name == "Hours"


def test_a_rule_that_was_taken_out_of_force_does_not_fire_any_more(world: World) -> None:
    """Not for new cases; one under way keeps what was pinned for it."""
    with world.scope():
        quick = Route.objects.get()
        Route.objects.update(windows={"steps": [{"response": "PT1H"}]})
        under_way = world.case()
        Route.objects.update(retired_at=OPENED)
        Route.objects.create(tenant=world.tenant, position=1, ladder=make_ladder(world, name="New"))
        case = world.case()
        assert case.route_id != quick.pk
        due = dict(Clock.objects.filter(kind="response").values_list("case_id", "due_at"))
        assert due == {under_way.pk: OPENED + HOUR, case.pk: OPENED + 4 * HOUR}


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_nobody_is_told_of_an_answer_that_was_given(transactional_db: None) -> None:
    """The complaint: still being told after acknowledging."""
    world = make_world()
    with world.scope():
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
    for hours in (2, 3, 4, 5):
        sweep(lambda hours=hours: OPENED + hours * HOUR)  # type: ignore[misc]
    with world.scope():
        about = Event.objects.filter(case_id=case.pk, facts__kind="response")
        assert not about.exists()
        told = Notice.objects.filter(user=world["tom"].user).exclude(event__kind="case.opened")
        assert not told.exists()
