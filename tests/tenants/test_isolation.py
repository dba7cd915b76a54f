"""An attack on the wall with plain SQL, as the app and as the portal, table by table.

The tables come from PostgreSQL's catalogue; one in which the first vendor has no row fails.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.utils import DataError

from cases.models import Case, Message, Party
from partners.models import Contact, Partner
from tenants.ids import uuid7
from tenants.models import ApiToken, Membership, Tenant, User
from tenants.scope import act_in, identify
from tests.factories import World, make_person, make_world
from tests.tenants.catalogue import REFERENCES, grants, rows, tables, with_tenant
from tests.tenants.rows_of_everything import CANARY, furnished

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])
PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def ours(transactional_db: None) -> World:
    """The vendor that is attacked."""
    return furnished()


@pytest.fixture
def theirs(ours: World) -> World:
    """The vendor that attacks."""
    return make_world()


def run(statement: str, parameters: Any = ()) -> CursorWrapper:
    """Execute plain SQL on the app's connection."""
    cursor = connection.cursor()
    cursor.execute(statement, parameters)
    return cursor


def count(table: str, where: str = "true", *parameters: Any) -> int:
    """Return how many rows one sees."""
    return int(run(f"SELECT count(*) FROM {table} WHERE {where}", parameters).fetchone()[0])


def tenant_tables() -> list[str]:
    """Return the tables whose rows belong to one tenant."""
    return sorted(with_tenant())


def may(table: str, privilege: str) -> bool:
    """Whether the app has a privilege on a table."""
    return privilege in grants("parley_app").get(table, {})


def test_no_row_of_another_vendor_is_seen(ours: World, theirs: World) -> None:
    for table in tenant_tables():
        with ours.scope():
            assert count(table) > 0, f"make a row of {table} in rows_of_everything.py"
        with theirs.scope():
            assert count(table, "tenant_id = %s", ours.tenant.pk) == 0, table
            assert count(table, "tenant_id <> %s", theirs.tenant.pk) == 0, table
    with theirs.scope():
        assert count("tenants_tenant") == 1
        assert count("tenants_user", "id = %s", ours["tom"].user.pk) == 0
        own = Membership.objects.count()
        assert count("tenants_user") == own


def test_the_rows_of_another_vendor_are_neither_changed_nor_removed(
    ours: World, theirs: World
) -> None:
    for table in tenant_tables():
        for privilege, statement in (
            ("UPDATE", f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = %s"),
            ("DELETE", f"DELETE FROM {table} WHERE tenant_id = %s"),
        ):
            if may(table, privilege):
                with theirs.scope():
                    assert run(statement, [ours.tenant.pk]).rowcount == 0, (table, privilege)
            else:
                with pytest.raises(ProgrammingError, match="permission denied"), theirs.scope():
                    run(statement, [ours.tenant.pk])


def test_no_row_is_put_into_another_vendor(ours: World, theirs: World) -> None:
    for table in tenant_tables():
        if not may(table, "INSERT"):
            continue
        stolen = f"INSERT INTO {table} (tenant_id) VALUES (%s)"
        with pytest.raises(ProgrammingError, match="violates row-level security"), theirs.scope():
            run(stolen, [ours.tenant.pk])


# An issued memo nobody changes at all (tests/memos/test_memo_walls.py); a draft may be.
DRAFT = "memo_id IN (SELECT id FROM memos_memo WHERE status <> 'issued')"
CHANGEABLE = {
    "memos_memo": "status <> 'issued'",
    "memos_memocopy": DRAFT,
    "memos_memoaction": DRAFT,
}


def test_no_row_is_moved_into_another_vendor(ours: World, theirs: World) -> None:
    """From inside the vendor that has the rows: they cannot be given away either."""
    for table in tenant_tables():
        if not may(table, "UPDATE"):
            continue
        some = CHANGEABLE.get(table, "true")
        with (
            pytest.raises(ProgrammingError, match="violates row-level security"),
            ours.scope(),
        ):
            run(f"UPDATE {table} SET tenant_id = %s WHERE {some}", [theirs.tenant.pk])


def test_out_of_any_scope_there_is_nothing(ours: World) -> None:
    for table in sorted(set(tenant_tables()) | {"tenants_tenant", "tenants_user"}):
        with transaction.atomic():
            assert count(table) == 0, table


def test_a_scope_of_nonsense_is_an_error_and_not_an_open_door(ours: World) -> None:
    with transaction.atomic():
        run("SELECT set_config('app.tenant_id', 'x'' OR true --', true)")
        with pytest.raises(DataError), transaction.atomic():
            count("cases_case")


def test_a_reference_across_vendors_is_refused_by_the_database(ours: World) -> None:
    """Whatever the app writes into a column that refers to another row, the row is its own
    vendor's: tried for every composite reference there is."""
    inside, other_vendor = with_tenant(), furnished()
    tried = 0
    for name, table, target, columns, others in rows(REFERENCES):
        if table not in inside or target not in inside or not may(table, "UPDATE"):
            continue
        column, other = columns[1], others[1]
        with other_vendor.scope():
            foreign = run(f"SELECT {other} FROM {target} LIMIT 1").fetchone()[0]
        some = CHANGEABLE.get(table, "true")
        one = f"ctid = (SELECT ctid FROM {table} WHERE {some} ORDER BY {column} IS NULL, 1 LIMIT 1)"
        with ours.scope():
            assert count(table, one) == 1, f"make a row of {table}"
        with pytest.raises(IntegrityError, match=name), ours.scope():
            run(f"UPDATE {table} SET {column} = %s WHERE {one}", [foreign])
        tried += 1
    assert tried >= 30


@pytest.mark.parametrize("function", ["parley_cases_with_words", "parley_memos_with_words"])
def test_the_search_that_looks_past_the_wall_finds_nothing_elsewhere(
    function: str, ours: World, theirs: World
) -> None:
    statement = f"SELECT count(*) FROM {function}(to_tsquery('simple', 'canary'))"
    with ours.scope():
        assert run(statement).fetchone()[0] == 1
    with theirs.scope():
        assert run(statement).fetchone()[0] == 0
    with transaction.atomic():
        assert run(statement).fetchone()[0] == 0
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        ours.scope(portal=True, partner_id=ours.partners["alpenwerk"].pk),
    ):
        run(statement)


# --- Before a tenant is chosen --------------------------------------------------------------------


def test_who_is_looking_for_themselves_sees_nobody_else(ours: World, theirs: World) -> None:
    tom = ours["tom"].user
    with identify(user_id=tom.pk):
        assert [u.pk for u in User.objects.all()] == [tom.pk]
        assert [m.user_id for m in Membership.objects.all()] == [tom.pk]
        assert [t.pk for t in Tenant.objects.all()] == [ours.tenant.pk]
        assert [count(t) for t in ("cases_case", "partners_partner", "tenants_apitoken")] == [0] * 3
    with identify(email=tom.email):
        assert [u.pk for u in User.objects.all()] == [tom.pk]
        assert Membership.objects.count() == 0
    with identify(email=""):
        assert User.objects.count() == 0
    with identify(token_key=""):
        assert ApiToken.objects.count() == 0


def test_a_person_changes_only_themselves(ours: World) -> None:
    with ours.scope(user_id=ours["tom"].user_id):
        assert run("UPDATE tenants_user SET name = name").rowcount == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            run("DELETE FROM tenants_user")
    with ours.scope():
        assert run("UPDATE tenants_user SET password = 'x'").rowcount == 0


def test_a_token_belongs_to_a_member_of_its_own_vendor(ours: World, theirs: World) -> None:
    token = {"digest": "d" * 64, "token_key": "k" * 15, "name": "t", "tenant_id": theirs.tenant.pk}
    tom, anna = ours["tom"], theirs["anna"]
    for wrong in (
        {"membership_id": tom.pk, "user_id": anna.user_id},
        {"membership_id": anna.pk, "user_id": tom.user_id},
        {
            "membership_id": anna.pk,
            "user_id": anna.user_id,
            "partner_id": ours.partners["alpenwerk"].pk,
        },
    ):
        with pytest.raises(IntegrityError), theirs.scope():
            ApiToken(**token, **wrong).save(force_insert=True)


# --- In the portal -------------------------------------------------------------------------------


@pytest.fixture
def portal(ours: World) -> Iterator[World]:
    """As the portal's database role, for Alpenwerk."""
    partner, anna = ours.partners["alpenwerk"], ours["anna"]
    with ours.scope(user_id=anna.user_id, partner_id=partner.pk, portal=True):
        yield ours


def readable() -> dict[str, str]:
    """Return the columns the portal may read, by table."""
    return {t: g["SELECT"].replace(" ", ", ") for t, g in grants("parley_portal").items()}


def seen() -> dict[str, list[tuple[Any, ...]]]:
    """Return every value the portal can read in this scope."""
    return {t: run(f"SELECT {columns} FROM {t}").fetchall() for t, columns in readable().items()}


def words_in(found: dict[str, list[tuple[Any, ...]]]) -> str:
    """Return every value as one text."""
    return "\n".join(str(value) for lines in found.values() for line in lines for value in line)


def of_rheintor(world: World) -> dict[str, str]:
    """Return what of the other partner must never be read, by what it is."""
    with world.scope():
        partner = world.partners["rheintor"]
        alone = Case.objects.get(title__startswith="Rheintor's own")
        return {
            "company": str(partner.pk),
            "name": partner.name,
            "slug": partner.slug,
            "contact": str(world["marc"].user_id),
            "contact's name": world["marc"].user.name,
            "case": str(alone.pk),
            "number": alone.number,
            "title": alone.title,
            "part in the shared case": str(
                Party.objects.get(partner=partner, role="respondent").pk
            ),
        }


def test_a_partner_sees_its_own_case_and_nothing_of_another_in_any_column(ours: World) -> None:
    secrets = of_rheintor(ours)
    with ours.scope(
        user_id=ours["anna"].user_id, partner_id=ours.partners["alpenwerk"].pk, portal=True
    ):
        text = words_in(seen())
    assert CANARY in text
    assert [what for what, word in secrets.items() if word in text] == []
    with ours.scope(
        user_id=ours["marc"].user_id, partner_id=ours.partners["rheintor"].pk, portal=True
    ):
        other = words_in(seen())
    assert [what for what, word in secrets.items() if word not in other] == []


def test_a_partner_reads_no_address_of_anybody(portal: World) -> None:
    assert "@" not in words_in(seen())


def test_a_partner_reads_nothing_where_none_is_chosen(ours: World) -> None:
    with ours.scope(user_id=ours["anna"].user_id, portal=True):
        found = seen()
    restricted = ("cases_case", "cases_party", "partners_partner", "partners_contact")
    assert {table: found[table] for table in restricted} == {table: [] for table in restricted}


def test_a_partner_of_another_vendor_sees_nothing_of_this_one(ours: World, theirs: World) -> None:
    """Even with the ids of this vendor's partner and person in the stamp."""
    with act_in(
        theirs.tenant.pk,
        user_id=ours["anna"].user_id,
        partner_id=ours.partners["alpenwerk"].pk,
        portal=True,
    ):
        found = seen()
    assert found["cases_case"] == []
    assert str(ours.tenant.pk) not in words_in(found)


def test_the_portal_has_no_right_to_any_other_table_or_column(portal: World) -> None:
    columns: dict[str, set[str]] = {}
    for table, column in rows(
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
        " AND NOT a.attisdropped"
    ):
        columns.setdefault(table, set()).add(column)
    assert set(columns) == set(tables())
    may_read = {t: (columns[t] if c == "*" else set(c.split(", "))) for t, c in readable().items()}
    for table, names in columns.items():
        for name in names - may_read.get(table, set()):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                run(f'SELECT "{name}" FROM {table}')


def test_the_portal_writes_nothing(portal: World) -> None:
    for table in tables():
        for statement in (
            f"INSERT INTO {table} DEFAULT VALUES",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                run(statement)


def test_a_person_who_leaves_a_partner_is_gone_from_its_portal(ours: World) -> None:
    with ours.scope():
        make_person(ours, "vera", "partner")
        Contact.objects.create(
            tenant=ours.tenant, partner=ours.partners["alpenwerk"], user=ours["vera"].user
        )
        Contact.objects.filter(user=ours["vera"].user).delete()
    with ours.scope(
        user_id=ours["anna"].user_id, partner_id=ours.partners["alpenwerk"].pk, portal=True
    ):
        assert str(ours["vera"].user_id) not in words_in(seen())


def test_no_code_resets_the_role() -> None:
    """`RESET ROLE` would lead from the portal's role back to the app's."""
    ways_out = re.compile(
        r"reset\s+role|set\s+(local\s+|session\s+)?role|reset\s+all|discard", re.I
    )
    found = [
        path.relative_to(PROJECT).as_posix()
        for app in (
            "tenants",
            "journal",
            "partners",
            "ladder",
            "cases",
            "memos",
            "portal",
            "escalation",
        )
        for path in (PROJECT / app).rglob("*.py")
        if ways_out.search(path.read_text())
    ]
    assert found == []


# --- What the ORM itself does --------------------------------------------------------------------


def test_what_slips_through_the_scope_in_python_stops_at_the_wall(
    ours: World, theirs: World
) -> None:
    """django-scopes does not see saves, bulk writes and foreign keys; the database does."""
    with ours.scope():
        case = Case.objects.select_related("category").get(title=CANARY)
        message = Message.objects.filter(case=case).first()
    assert message is not None
    with theirs.scope():
        with pytest.raises(DatabaseError), transaction.atomic():
            case.save(force_update=True)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Partner.objects.bulk_create(
                [
                    Partner(
                        id=uuid7(),
                        tenant=ours.tenant,
                        slug="x",
                        name="x",
                        kind="reseller",
                        region_id=uuid7(),
                    )
                ]
            )
        with pytest.raises(Case.DoesNotExist):
            Message(tenant=theirs.tenant, case_id=case.pk).case  # noqa: B018
        assert Message.objects.filter(pk=message.pk).update(body="x") == 0
