"""Every table is behind the wall, or on a list with its reason; every grant is one we wrote down.

The facts come from PostgreSQL's catalogue, so that a table, a grant or a function that somebody
forgot, or widened, fails here by name.
"""

import os

import psycopg2
import pytest
from django.db import connection

from tests.factories import World, make_world
from tests.tenants.catalogue import (
    OTHERS,
    REFERENCES,
    TO_EVERYBODY,
    UNIQUE,
    grants,
    policies,
    rows,
    tables,
    with_tenant,
)

pytestmark = pytest.mark.django_db

# Tables that row security does not cover, and why that does no harm.
UNPROTECTED = {
    "auth_group": "unused; nobody but the owner may touch it",
    "auth_group_permissions": "unused; nobody but the owner may touch it",
    "auth_permission": "names of models; the app only reads it",
    "django_content_type": "names of models; the app only reads it",
    "django_migrations": "what was migrated; the app only reads it",
    "django_session": "found by an unguessable key; says who, never which tenant",
    "guardian_groupobjectpermission": "unused; nobody but the owner may touch it",
    "guardian_userobjectpermission": "unused; nobody but the owner may touch it",
    "journal_heartbeat": "when loops last ran; holds no tenant's data",
    "tenants_user_groups": "unused; nobody but the owner may touch it",
    "tenants_user_user_permissions": "unused; nobody but the owner may touch it",
}
# Tables behind row security whose rows belong to no one tenant.
ACROSS = {
    "tenants_tenant": "is the tenant: `id` is what others carry as `tenant_id`",
    "tenants_user": "a person may be a member of several tenants",
}
# What the app may do to the unprotected ones, and to those it may not do everything to.
APP = {
    "auth_permission": "SELECT",
    "django_content_type": "SELECT",
    "django_migrations": "SELECT",
    "cases_result": "INSERT SELECT",
    "cases_override": "INSERT SELECT UPDATE",
    "cases_rebase": "INSERT SELECT UPDATE",
    "journal_chainhead": "SELECT",
    "journal_event": "INSERT SELECT",
    "journal_heartbeat": "SELECT",
    "ladder_absence": "INSERT SELECT UPDATE",
    "ladder_calendarversion": "DELETE INSERT SELECT",
    "ladder_exchangerate": "INSERT SELECT",
    "memos_memoreceipt": "INSERT SELECT",
    "tenants_tenant": "SELECT UPDATE",
    "tenants_user": "INSERT SELECT UPDATE",
    **{name: "" for name, reason in UNPROTECTED.items() if reason.startswith("unused")},
}
EVERYTHING = "DELETE INSERT SELECT UPDATE"
# What conftest.py grants, and only there.
FOR_TESTS = {
    "tenants_tenant": {"INSERT"},
    "auth_permission": {"INSERT"},
    "django_content_type": {"INSERT"},
}
CLOCK_CHANGES = (
    "anchor breached_at due_at ended_at fired next_fire_at processed_at soon_at state"
    " target_seconds window"
)
GOLDEN: dict[str, dict[str, dict[str, str]]] = {
    "parley_portal": {
        "cases_assignment": {
            "SELECT": "case_id end_reason ended_at id owner_id started_at tenant_id"
        },
        "cases_case": {
            "SELECT": "assignment_id category_id closed_at cycle id number opened_at"
            " outcome owner_id resolved_at status tenant_id"
        },
        "cases_clock": {
            "SELECT": "anchor assignment_id breached_at calendar_version_id case_id cycle due_at"
            " ended_at id kind met_at rebased_at state subject target_seconds tenant_id"
        },
        "cases_message": {
            "SELECT": "at audience author_id body case_id id kind partner_id tenant_id"
        },
        "cases_pause": {
            "SELECT": "case_id cycle ended_at ends_by id reason review_by started_at tenant_id"
        },
        "cases_party": {
            "SELECT": "account asked_at case_id id joined_at partner_id role tenant_id title"
        },
        "ladder_calendar": {"SELECT": "*"},
        "ladder_calendarversion": {"SELECT": "*"},
        "ladder_category": {
            "SELECT": "category_class id name position slug summary tenant_id",
        },
        "ladder_programme": {"SELECT": "*"},
        "ladder_regioncalendar": {"SELECT": "*"},
        "memos_memo": {
            "SELECT": "case_id id issued_at issued_by_id number status tenant_id version"
        },
        "memos_memoaction": {
            "SELECT": "done_at due_on id memo_id partner_id position tenant_id what"
        },
        "memos_memocopy": {"SELECT": "body id memo_id partner_id sha256 tenant_id title"},
        "memos_memoreceipt": {"SELECT": "at copy_id id tenant_id user_id"},
        "partners_contact": {"SELECT": "id partner_id tenant_id user_id"},
        "partners_partner": {"SELECT": "id kind name region_id slug tenant_id tier_id"},
        "partners_region": {"SELECT": "*"},
        "partners_tier": {"SELECT": "*"},
        "tenants_membership": {"SELECT": "is_active role tenant_id user_id"},
        "tenants_tenant": {"SELECT": "id name slug"},
        "tenants_user": {"SELECT": "id is_active name"},
    },
    "parley_sweeper": {
        "cases_assignment": {"INSERT": "*", "SELECT": "*", "UPDATE": "end_reason ended_at"},
        "cases_case": {
            "SELECT": "assignment_id calendar_version_id category_id closed_at confidentiality"
            " cycle due_at id ladder_id level_id number owner_id region_id severity"
            " start_position status tenant_id updated_at version windows",
            "UPDATE": "assignment_id closed_at due_at due_kind due_missed due_soon_at level_id"
            " owner_id status updated_at version",
        },
        "cases_clock": {"INSERT": "*", "SELECT": "*", "UPDATE": CLOCK_CHANGES},
        "cases_party": {"SELECT": "case_id id partner_id role tenant_id"},
        "cases_pause": {
            "SELECT": "case_id cycle ended_at ends_by id started_at tenant_id",
            "UPDATE": "end_reason ended_at",
        },
        "journal_event": {"INSERT": "*"},
        "journal_heartbeat": {"INSERT": "*", "SELECT": "*", "UPDATE": "*"},
        "journal_notice": {"INSERT": "*"},
        "ladder_absence": {
            "SELECT": "delegate_id ended_at ends_at id person_id starts_at tenant_id weekdays zone"
        },
        "ladder_calendarversion": {"SELECT": "calendar_id id number rules tenant_id"},
        "ladder_level": {
            "SELECT": "authority_kinds concessions_only decision_window id ladder_id position"
            " response_window tenant_id thresholds veto_window"
        },
        "ladder_programme": {"SELECT": "close_after_days id tenant_id"},
        "ladder_seat": {
            "SELECT": "backup_id category_id id level_id rank region_id tenant_id user_id"
        },
        "memos_concession": {
            "SELECT": "case_id id state tenant_id updated_at",
            "UPDATE": "updated_at",
        },
        "partners_contact": {"SELECT": "id partner_id tenant_id user_id"},
        "tenants_membership": {"SELECT": "is_active role tenant_id user_id"},
        "tenants_tenant": {"SELECT": "id name slug"},
        "tenants_user": {"SELECT": "id is_active"},
    },
    "parley_relay": {
        "cases_rebase": {"SELECT": "answer done_at held_until id tenant_id"},
        "journal_notice": {"SELECT": "next_attempt_at state tenant_id"},
    },
    "parley_auditor": {
        "cases_assignment": {"SELECT": "*"},
        "cases_case": {"SELECT": "assignment_id cycle due_at id number owner_id status tenant_id"},
        "cases_clock": {"SELECT": "*"},
        "cases_pause": {"SELECT": "case_id cycle ended_at id started_at tenant_id"},
        "journal_event": {"SELECT": "at id kind recorded_at seq tenant_id"},
        "journal_notice": {
            "SELECT": "channel created_at done_at event_id held_until id state tenant_id"
        },
        "ladder_absence": {
            "SELECT": "delegate_id ended_at ends_at id person_id starts_at tenant_id weekdays zone"
        },
        "ladder_seat": {"SELECT": "backup_id category_id id level_id region_id tenant_id user_id"},
        "tenants_membership": {"SELECT": "is_active role tenant_id user_id"},
        "tenants_user": {"SELECT": "id is_active"},
    },
    "parley_sealer": {
        "journal_chainhead": {"INSERT": "*", "SELECT": "*", "UPDATE": "*"},
        "journal_event": {"SELECT": "*", "UPDATE": "hash seq"},
    },
    "parley_search": {
        "cases_case": {"SELECT": "id search status tenant_id updated_at"},
        "memos_memo": {"SELECT": "id search status tenant_id updated_at"},
    },
}
# Who connects, what each may beyond the least, and which roles it may take on.
ROLES = {
    "parley_app": ("login", ("parley_portal",)),
    "parley_auditor": ("", ()),
    "parley_backup": ("login bypasses", ()),
    "parley_owner": ("login inherits creates", ("parley_search",)),
    "parley_portal": ("", ()),
    "parley_relay": ("", ()),
    "parley_sealer": ("", ()),
    "parley_search": ("bypasses", ()),
    "parley_sweeper": ("login", ("parley_auditor", "parley_relay", "parley_sealer")),
}
TENANT = "NULLIF(current_setting('app.tenant_id'"


def protected() -> set[str]:
    """Return the tables that have to be behind row security."""
    return set(tables()) - set(UNPROTECTED)


def test_a_table_is_protected_or_on_the_list_with_its_reason() -> None:
    assert {name for name, (on, forced, _) in tables().items() if not (on and forced)} == set(
        UNPROTECTED
    )
    assert with_tenant() == protected() - set(ACROSS)
    assert with_tenant().isdisjoint(UNPROTECTED)


def test_there_is_no_view_that_row_security_could_miss() -> None:
    assert rows(OTHERS) == []


def test_the_owner_of_every_table_is_not_the_app() -> None:
    assert {owner for _, _, owner in tables().values()} == {"parley_owner"}


def test_the_app_reads_and_writes_only_rows_of_the_stamped_tenant() -> None:
    found = policies("parley_app")
    for table in with_tenant():
        whole = [p for p in found[table] if p["cmd"] == "ALL"]
        assert len(whole) == 1, table
        assert whole[0]["qual"] == whole[0]["check"], table
        assert whole[0]["qual"].startswith("(tenant_id = "), table
        assert TENANT in whole[0]["qual"], table
    widened = {
        (table, p["name"], p["cmd"])
        for table in with_tenant()
        for p in found[table]
        if p["cmd"] != "ALL"
    }
    # Finding one's own memberships, and the token one has shown, before a tenant is chosen.
    assert widened == {
        ("tenants_apitoken", "also_readable", "SELECT"),
        ("tenants_membership", "also_readable", "SELECT"),
    }


def test_people_and_tenants_are_seen_and_written_as_their_own_policies_say() -> None:
    found = policies("parley_app")
    assert {(p["name"], p["cmd"]) for p in found["tenants_tenant"]} == {
        ("tenant_isolation", "ALL"),
        ("of_member", "SELECT"),
    }
    assert {(p["name"], p["cmd"]) for p in found["tenants_user"]} == {
        ("visible", "SELECT"),
        ("added", "INSERT"),
        ("oneself", "UPDATE"),
    }


def test_every_policy_of_the_app_names_who_it_is_for() -> None:
    everybody = [
        name for (name,) in rows("SELECT tablename FROM pg_policies WHERE roles = '{public}'")
    ]
    assert everybody == []


def test_what_the_portal_reads_of_partners_is_restricted_to_its_own() -> None:
    found = policies("parley_portal")
    restricted = {
        t for t, said in found.items() if any(p["permissive"] != "PERMISSIVE" for p in said)
    }
    assert restricted == {
        "cases_assignment",
        "cases_case",
        "cases_clock",
        "cases_message",
        "cases_party",
        "cases_pause",
        "memos_memo",
        "memos_memoaction",
        "memos_memocopy",
        "memos_memoreceipt",
        "partners_contact",
        "partners_partner",
        "tenants_membership",
        "tenants_user",
    }


# What of a case is a later party's own from the first.
OWN_FROM_THE_FIRST = {"cases_party": "its own part", "memos_memo": "once it has a copy of it"}


def test_what_the_portal_reads_of_a_case_begins_when_the_part_in_it_does() -> None:
    granted = grants("parley_portal")
    readable = {t for t, said in granted.items() if "case_id" in said["SELECT"].split()}
    since = {
        table
        for table, said in policies("parley_portal").items()
        if any("joined_at" in (p["qual"] or "") for p in said)
    }
    assert since == readable - set(OWN_FROM_THE_FIRST)


def test_every_key_carries_the_tenant() -> None:
    bare = {
        name
        for table, name, columns in rows(UNIQUE)
        if table in with_tenant() and "tenant_id" not in columns
    }
    assert bare == set()


def test_every_reference_between_tenants_rows_carries_the_tenant_on_both_sides() -> None:
    inside = with_tenant()
    wrong = [
        (name, columns, others)
        for name, table, target, columns, others in rows(REFERENCES)
        if table in inside
        and target in inside
        and (columns[0], others[0]) != ("tenant_id", "tenant_id")
    ]
    assert wrong == []


def test_a_reference_out_of_a_tenants_table_leads_to_the_tenant_or_to_a_person() -> None:
    inside = with_tenant()
    out = {
        (table, target, tuple(columns))
        for _, table, target, columns, _ in rows(REFERENCES)
        if table in inside and target not in inside and target != "tenants_tenant"
    }
    # A membership and a token say who; the composite reference to the membership stands beside.
    # A grant says what it permits, in words that all tenants share.
    assert out == {
        ("cases_casegrant", "auth_permission", ("permission_id",)),
        ("tenants_membership", "tenants_user", ("user_id",)),
        ("tenants_apitoken", "tenants_user", ("user_id",)),
    }


def test_every_id_column_of_a_tenants_table_is_a_reference() -> None:
    held = {(table, c) for _, table, _, columns, _ in rows(REFERENCES) for c in columns}
    columns = rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'uuid' AND column_name LIKE '%%_id'",
        none=None,
    )
    loose = {(t, c) for t, c in columns if t in with_tenant() and (t, c) not in held}
    # The trail names what may be erased one day; a text's event is in the trail. A mail keeps its
    # name, whatever becomes of the notice it has it from.
    assert loose == {
        ("journal_event", "by_id"),
        ("journal_event", "case_id"),
        ("journal_event", "partner_id"),
        ("journal_notice", "mail_id"),
        ("cases_message", "event_id"),
        ("cases_override", "event_id"),
    }


def test_the_app_may_do_to_each_table_what_is_written_here() -> None:
    found = grants("parley_app")
    for table in tables():
        said = found.get(table, {})
        # TRUNCATE only here: Django empties tables between tests that commit (conftest.py).
        may = set(said) - {"TRUNCATE"} - FOR_TESTS.get(table, set())
        assert " ".join(sorted(may)) == APP.get(table, EVERYTHING), table
        assert set(said.values()) <= {"*"}, table


def test_the_app_cannot_truncate_reference_or_set_triggers_outside_of_tests() -> None:
    default = rows(
        "SELECT a.privilege_type FROM pg_default_acl d, aclexplode(d.defaclacl) a"
        " WHERE d.defaclobjtype = 'r' AND a.grantee = 'parley_app'::regrole"
    )
    assert {p for (p,) in default} == set(EVERYTHING.split())
    granted = {p for said in grants("parley_app").values() for p in said}
    assert granted.isdisjoint({"REFERENCES", "TRIGGER", "MAINTAIN"})


@pytest.mark.parametrize("role", sorted(GOLDEN))
def test_a_background_role_may_do_exactly_what_is_written_here(role: str) -> None:
    assert grants(role) == GOLDEN[role]


def test_nothing_is_granted_to_everybody() -> None:
    assert rows(TO_EVERYBODY) == []


def test_the_backup_reads_everything_and_writes_nothing() -> None:
    assert grants("parley_backup") == {name: {"SELECT": "*"} for name in tables()}


def test_later_tables_are_the_apps_and_the_backups_by_default() -> None:
    found = rows(
        "SELECT defaclobjtype::text, a.grantee::regrole::text,"
        " string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)"
        " FROM pg_default_acl d, aclexplode(d.defaclacl) a"
        " WHERE d.defaclrole = 'parley_owner'::regrole AND a.grantee <> d.defaclrole"
        " GROUP BY 1, 2"
    )
    assert set(found) == {
        ("r", "parley_app", EVERYTHING),
        ("r", "parley_backup", "SELECT"),
        ("S", "parley_app", "SELECT USAGE"),
        ("S", "parley_backup", "SELECT"),
    }


def test_no_role_is_more_than_it_has_to_be() -> None:
    words = ("login", "bypasses", "inherits", "creates", "is super", "makes roles")
    found = rows(
        "SELECT rolname, ARRAY[rolcanlogin, rolbypassrls, rolinherit, rolcreatedb, rolsuper,"
        " rolcreaterole], array(SELECT g.rolname::text FROM pg_auth_members m"
        " JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1)"
        " FROM pg_roles r WHERE rolname LIKE 'parley%%'",
        none=None,
    )
    assert {
        name: (" ".join(w for w, has in zip(words, flags, strict=True) if has), tuple(may_become))
        for name, flags, may_become in found
    } == ROLES


def test_the_suite_runs_as_the_app() -> None:
    assert rows("SELECT session_user::text, current_user::text") == [("parley_app", "parley_app")]


def test_only_reviewed_functions_look_past_row_security() -> None:
    found = rows(
        "SELECT proname, pg_get_userbyid(proowner), proconfig, array("
        "SELECT a.grantee::regrole::text FROM aclexplode(proacl) a ORDER BY 1)"
        " FROM pg_proc WHERE prosecdef AND pronamespace NOT IN ("
        "'pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY 1"
    )
    reviewed = ("parley_cases_with_words", "parley_memos_with_words")
    assert found == [
        (
            name,
            "parley_search",
            ["search_path=pg_catalog, public, pg_temp"],
            ["parley_app", "parley_search"],
        )
        for name in reviewed
    ]


def test_nobody_but_the_owner_makes_anything_in_the_schema() -> None:
    may = rows(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'parley%%'"
        " AND has_schema_privilege(oid, 'public', 'CREATE')",
        none=None,
    )
    assert may == [("parley_owner",)]


@pytest.mark.django_db(transaction=True)
def test_the_backup_sees_the_rows_of_every_tenant(transactional_db: None) -> None:
    worlds: list[World] = [make_world(), make_world()]
    account = os.environ["BACKUP_DATABASE_URL"]
    name = connection.settings_dict["NAME"]
    with (
        psycopg2.connect(account, dbname=name) as backup,
        backup.cursor() as cursor,
    ):
        cursor.execute("SELECT tenant_id FROM partners_partner GROUP BY 1")
        assert {str(row[0]) for row in cursor.fetchall()} == {str(w.tenant.pk) for w in worlds}
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchall() == [("parley_backup",)]
    backup.close()
