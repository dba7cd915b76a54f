"""Opening a case: where it starts, who has it, what is refused, and nothing half written."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from cases.models import Case, CaseCounter, Clock, Party
from cases.opening import NewCase, first_answer, open_case
from journal.models import Event
from ladder.models import Route, Seat
from tenants.errors import Invalid, NotAllowed
from tests.cases.verbs import HOUR
from tests.factories import OPENED, World, make_person, make_world


def new(world: World, **facts: Any) -> NewCase:
    """Return what is known of a dispute."""
    facts.setdefault("partner", world.partners["alpenwerk"])
    facts.setdefault("category", world.categories["lead-routing"])
    facts.setdefault("title", "Lead went past us")
    return NewCase(**facts)


def test_a_new_case_has_an_owner_a_turn_and_three_clocks(world: World) -> None:
    case = open_case(new(world), by=world["tom"], at=OPENED)
    case = Case.objects.select_related("owner", "level").get(pk=case.pk)
    assert (case.status, case.owner.name, case.level.position) == ("new", "Tom", 1)
    assert (case.due_at, case.due_kind, case.version) == (OPENED + 4 * HOUR, "response", 1)
    found = Clock.objects.filter(case=case).order_by("kind")
    assert [(c.kind, c.state, c.due_at) for c in found] == [
        ("decision", "running", OPENED + 16 * HOUR),
        ("response", "running", OPENED + 4 * HOUR),
        ("total", "running", OPENED + 100 * HOUR),
    ]
    party = Party.objects.get(case=case)
    assert (party.partner, party.role) == (world.partners["alpenwerk"], "complainant")


WRONG: dict[str, list[dict[str, Any]]] = {
    "title": [{"title": " "}, {"title": "x" * 201}, {"title": "nul\x00"}],
    "description": [{"description": "x" * 20_001}, {"description": "\x00"}],
    "severity": [{"severity": "s9"}],
    "severity_reason": [{"severity_reason": "\x00"}],
    "deal_id": [{"deal_id": "x" * 121}],
    "source_system": [{"source_system": "x" * 41}],
    "external_id": [{"external_id": "x" * 121}],
    "source_url": [{"source_url": "x" * 501}],
    "currency": [{"currency": "EURO"}],
    "fields": [{"fields": {"a": "\x00"}}, {"impact": {"a": ["\x00"]}}],
    "amount": [
        {"amount": Decimal("-0.01")},
        {"amount": Decimal("1e15")},
        {"amount": Decimal("NaN")},
        {"amount": Decimal("Infinity")},
    ],
}


@pytest.mark.parametrize(
    ("field", "facts"), [(name, facts) for name, wrong in WRONG.items() for facts in wrong]
)
def test_what_cannot_be_stored_is_refused_by_its_field(
    world: World, field: str, facts: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        open_case(new(world, **facts), by=world["tom"], at=OPENED)
    assert set(refused.value.errors) == {field}
    assert refused.value.errors[field]
    for model in (Case, Party, Clock, Event, CaseCounter):
        assert model.objects.count() == 0


def test_a_text_that_only_looks_like_a_nul_is_stored(world: World) -> None:
    case = open_case(new(world, fields={"a": "\\u0000"}), by=world["tom"], at=OPENED)
    assert Case.objects.get(pk=case.pk).fields == {"a": "\\u0000"}


def test_a_partner_has_one_part(world: World) -> None:
    alpenwerk, rheintor = world.partners["alpenwerk"], world.partners["rheintor"]
    for others in (
        ((alpenwerk, "respondent"),),
        ((rheintor, "respondent"), (rheintor, "affected")),
    ):
        with pytest.raises(Invalid, match="one part in a case"):
            open_case(new(world, others=others), by=world["tom"], at=OPENED)
    assert Case.objects.count() == 0


def test_an_external_id_is_logged_once_a_source(world: World) -> None:
    crm = {"source_system": "crm", "external_id": "7"}
    open_case(new(world, **crm), by=world["tom"], at=OPENED)
    with pytest.raises(Invalid, match="external_id"):
        open_case(new(world, **crm), by=world["tom"], at=OPENED)
    again = open_case(new(world, **crm | {"source_system": "erp"}), by=world["tom"], at=OPENED)
    # What was refused has taken no number.
    assert again.number == "ESC-2026-0002"


def test_a_reference_that_fails_for_another_reason_is_not_called_a_repetition(
    world: World,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_casecounter SET last = 0")
    open_case(new(world), by=world["tom"], at=OPENED)
    CaseCounter.objects.update(last=0)
    with pytest.raises(Exception, match="case_number_per_tenant"):
        open_case(new(world), by=world["tom"], at=OPENED)


def test_who_may_log(world: World) -> None:
    for name in ("pavel", "ruth", "marc"):
        with pytest.raises(NotAllowed):
            open_case(new(world), by=world[name], at=OPENED)
    for name in ("tom", "ines", "anna"):
        open_case(new(world), by=world[name], at=OPENED)
    assert open_case(new(world), by=None, at=OPENED).opened_by_id is None


def test_without_a_matrix_nothing_is_opened(world: World) -> None:
    Route.objects.all().delete()
    with pytest.raises(Invalid, match="No route"):
        open_case(new(world), by=world["tom"], at=OPENED)
    assert CaseCounter.objects.count() == 0


def test_a_partner_of_another_vendor_is_no_party(world: World) -> None:
    other = make_world()
    with pytest.raises(Exception, match="fk"), world.scope():
        open_case(
            new(world, others=((other.partners["alpenwerk"], "respondent"),)),
            by=world["tom"],
            at=OPENED,
        )


# --- Whom the matrix names ------------------------------------------------------------------------


def named(world: World, owner: str, backup: str | None = None) -> None:
    """Let the route name an owner and a backup."""
    route = Route.objects.get()
    route.owner = world[owner].user
    route.backup = world[backup].user if backup else None
    route.save()


def leaves(world: World, name: str) -> None:
    """End a person's membership."""
    world[name].is_active = False
    world[name].save()


def opened(world: World) -> tuple[str | None, str | None]:
    """Open a case; return its owner and backup by name, and what was said beforehand is true."""
    owner_id, due_at = first_answer(new(world), OPENED)
    case = open_case(new(world), by=world["ines"], at=OPENED)
    turn = case.assignments.select_related("owner", "backup").get()
    assert (turn.owner_id, case.due_at) == (owner_id, due_at)
    return tuple(p.name if p else None for p in (turn.owner, turn.backup))  # type: ignore[return-value]


def test_the_person_a_route_names_has_the_case(world: World) -> None:
    named(world, "petra", "marianne")
    assert opened(world) == ("Petra", "Marianne")


def test_where_the_named_person_has_left_the_backup_has_it(world: World) -> None:
    named(world, "petra", "marianne")
    leaves(world, "petra")
    assert opened(world) == ("Marianne", None)


def test_a_backup_who_has_left_is_not_named(world: World) -> None:
    named(world, "petra", "marianne")
    leaves(world, "marianne")
    assert opened(world) == ("Petra", None)


def test_where_both_have_left_the_level_says_who(world: World) -> None:
    make_person(world, "vera", "staff")
    named(world, "petra", "vera")
    leaves(world, "petra")
    leaves(world, "vera")
    assert opened(world) == ("Tom", None)


def test_a_level_that_nobody_holds_alarms_at_once(world: World) -> None:
    Seat.objects.all().delete()
    case = open_case(new(world), by=world["tom"], at=OPENED)
    kinds = Event.objects.filter(case_id=case.pk).values_list("kind", flat=True)
    assert sorted(kinds) == ["case.opened", "case.unowned"]
    assert case.owner_id is None


# --- Windows of the route -------------------------------------------------------------------------


def test_the_windows_of_a_route_count_from_its_start(world: World) -> None:
    steps = [{"response": "PT1H"}, {"response": "PT2H", "decision": "PT3H"}]
    Route.objects.update(start_position=2, windows={"steps": steps, "total": "PT50H"})
    case = open_case(new(world), by=world["tom"], at=OPENED)
    found = {c.kind: (c.due_at - OPENED) / HOUR for c in case.clocks.all()}
    assert found == {"response": 1, "decision": 16, "total": 50}
    assert case.level.position == 2
