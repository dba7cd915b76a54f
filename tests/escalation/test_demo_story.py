"""The demo's story: whenever it starts, everything in it stands where it should."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.models import Case, CaseGrant, Clock, Message
from escalation.demo.builder import build
from escalation.demo.cast import QUELLWERK
from escalation.demo.stage import arm, stage_of
from journal.models import Event
from ladder.models import ExchangeRate
from memos.models import Concession, Memo, MemoAction, MemoReceipt
from tenants.models import Tenant
from tenants.scope import act_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
WEDNESDAY = datetime(2026, 11, 25, 9, 12, 30, tzinfo=UTC)
# Whatever the day and the hour: a working day, its night, a weekend, holidays, a new year.
# More of them are in tests/prove/test_demo_starts.py.
STARTS = [
    WEDNESDAY,
    datetime(2026, 11, 29, 22, 30, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 5, tzinfo=UTC),
    datetime(2027, 3, 29, 20, 45, tzinfo=UTC),
]
CHANNEL, REGIONAL, SPONSOR = "Channel manager", "Regional manager", "Executive sponsor"
TOM, GRACE, PETRA = "Tom Brandt", "Grace Doyle", "Petra Winkler"
DANIEL, MARIANNE, HENRIK = "Daniel Cho", "Marianne Voss", "Henrik Aas"
LEVEL, WHOLE = "decision", "total"
# By title: status, severity, level, holder, and the clocks that run.
CASES = {
    "Two claims on the Stadtwerke Nord switches": ("closed", "s3", CHANNEL, TOM, []),
    "Claim for the Manchester roadshow refused as late": ("closed", "s4", CHANNEL, GRACE, []),
    "The Marisol hotels ordered from our direct team": ("closed", "s3", REGIONAL, PETRA, []),
    "Lead from the Hannover fair went to nobody": ("withdrawn", "s4", CHANNEL, TOM, []),
    "Firmware 7.2 drops trunk ports after a restart": (
        *("resolved", "s3", CHANNEL, GRACE),
        ["action", "action", "closing"],
    ),
    "Our webshop sells the AP-210 below Rheintor's buy price": (
        *("decided", "s3", REGIONAL, PETRA),
        [WHOLE],
    ),
    "Sierra Clara quotes a port operator in Gibraltar": (
        *("in_progress", "s3", REGIONAL, PETRA),
        [LEVEL, WHOLE, "update"],
    ),
    "Commission for the last quarter is short again": (
        *("in_progress", "s4", CHANNEL, "Omar Haddad"),
        [LEVEL, "request", WHOLE],
    ),
    "A lead from the Doha trade fair was not passed on": (
        *("new", "s4", CHANNEL, GRACE),
        [LEVEL, "response", WHOLE],
    ),
    "Stock credit after the price drop of the QX-24": (
        *("in_progress", "s3", CHANNEL, GRACE),
        ["pause"],
    ),
    "Funds for the Valencia roadshow refused": (
        *("in_progress", "s3", REGIONAL, PETRA),
        [LEVEL, "response", WHOLE],
    ),
    "Our direct team quotes Lakeshore's harbour account": (
        *("in_progress", "s2", REGIONAL, DANIEL),
        ["approval", LEVEL, WHOLE],
    ),
    "A second distributor was appointed in the Gulf": (
        *("in_progress", "s1", SPONSOR, MARIANNE),
        [LEVEL, WHOLE],
    ),
    "Rheintor's leads fell by 62 % in two weeks": (
        *("new", "s3", CHANNEL, TOM),
        [LEVEL, "response", WHOLE],
    ),
    "Two registrations for the Klinikum Isartal network": (
        *("new", "s2", CHANNEL, TOM),
        [LEVEL, "response", WHOLE],
    ),
}
# By partner and kind: amount, state, who asked, who decided, who backs up, what is offered instead.
CONCESSIONS = {
    ("Brightmoor", "late_claim"): ("7200", "approved", GRACE, PETRA, None),
    ("Sierra Clara", "fee"): ("9200", "approved", "Lucía Ferrer", PETRA, None),
    ("Lakeshore", "service_credit"): ("4200", "approved", GRACE, DANIEL, None),
    ("Lakeshore", "fee"): ("38000", "pending", DANIEL, None, None),
    ("Al Manar", "exclusivity"): ("120000", "countered", DANIEL, MARIANNE, "80000"),
}
# By kind of dispute: version and status; author, reviewer, who issued.
MEMOS = {
    ("deal-registration", 1, "issued", TOM, PETRA, TOM),
    ("deal-registration", 2, "issued", TOM, PETRA, TOM),
    ("marketing-funds", 1, "issued", GRACE, PETRA, GRACE),
    ("direct-sales", 1, "issued", PETRA, "Lucía Ferrer", PETRA),
    ("product-service", 1, "issued", GRACE, DANIEL, GRACE),
    ("price-parity", 1, "in_review", PETRA, "Lucía Ferrer", None),
}


@pytest.fixture(params=STARTS, ids=lambda at: f"{at:%a-%d-%b-%H%M}")
def at(request: pytest.FixtureRequest) -> Any:
    """When the demo is built."""
    return request.param


def test_the_story_holds_whenever_it_starts(at: datetime) -> None:
    tenants = build(at)
    with act_in(tenants["quellwerk"].pk):
        case = arm(stage_of(QUELLWERK), at)
        assert case is not None
        assert (case.due_kind, case.due_at) == ("response", at + timedelta(minutes=5))
        assert arm(stage_of(QUELLWERK), at) is None
        cases_stand()
        concessions_stand()
        memos_stand()
        what_is_asked_has_hours_left(at)
        gibraltar_is_for_few(at)
        partners_are_heard(at)
        money_has_rates(at)
    for tenant in tenants.values():
        nothing_is_missed_or_still_to_come(tenant, at)


def cases_stand() -> None:
    running: dict[Any, list[str]] = {}
    for case_id, kind in Clock.objects.filter(state="running").values_list("case_id", "kind"):
        running.setdefault(case_id, []).append(kind)
    found = {
        case.title: (
            case.status,
            case.severity,
            case.level.name,
            case.owner.name if case.owner else "",
            sorted(running.get(case.pk, [])),
        )
        for case in Case.objects.select_related("owner", "level")
    }
    assert found == CASES


def concessions_stand() -> None:
    found = {}
    for concession in Concession.objects.select_related("partner", "requested_by"):
        decision = concession.decisions.select_related("by").first()
        offered = concession.counter_amount
        found[concession.partner.name, concession.kind] = (
            f"{concession.amount.normalize():f}",
            concession.state,
            concession.requested_by.name,
            decision.by.name if decision else None,
            f"{offered.normalize():f}" if offered else None,
        )
    assert found == CONCESSIONS
    clock = Clock.objects.get(kind="approval", state="running")
    assert clock.owner is not None
    assert clock.backup is not None
    assert (clock.owner.name, clock.backup.name) == (MARIANNE, HENRIK)


def memos_stand() -> None:
    related = ("case__category", "author", "reviewer", "issued_by")
    found = {
        (
            memo.case.category.slug,
            memo.version,
            memo.status,
            memo.author.name,
            memo.reviewer.name if memo.reviewer else "",
            memo.issued_by.name if memo.issued_by else None,
        )
        for memo in Memo.objects.select_related(*related)
    }
    assert found == MEMOS
    firmware = Memo.objects.get(case__category__slug="product-service")
    read = MemoReceipt.objects.filter(copy__memo=firmware)
    assert [receipt.user.name for receipt in read] == ["Dana Whitlock"]
    assert firmware.copies.count() == 2
    first, *others = MemoAction.objects.filter(memo=firmware)
    assert first.done_at is not None
    assert first.done_at.date() < first.due_on
    assert [action.done_at for action in others] == [None, None]
    corrected = Memo.objects.get(version=2)
    assert corrected.predecessor is not None
    assert "152 of 140" in corrected.outcomes
    assert "231 of 260" in corrected.outcomes
    assert "152" not in corrected.predecessor.outcomes


def what_is_asked_has_hours_left(at: datetime) -> None:
    """A decision on the fee, and an answer to Al Manar: neither falls due while one looks."""
    for kind in ("approval", "request"):
        clock = Clock.objects.get(kind=kind, state="running")
        assert clock.anchor < at
        assert clock.due_at > at + timedelta(hours=5)


def gibraltar_is_for_few(at: datetime) -> None:
    case = Case.objects.get(title__contains="Gibraltar")
    assert case.confidentiality == "restricted"
    grant = CaseGrant.objects.get()
    assert (grant.user.name, grant.expires_at) == ("Jonas Reuter", at + timedelta(days=9))
    assert Case.objects.exclude(pk=case.pk).filter(confidentiality="normal").count() == 14


def partners_are_heard(at: datetime) -> None:
    asked = Case.objects.filter(parties__asked_at__isnull=False)
    assert [case.title for case in asked] == ["Stock credit after the price drop of the QX-24"]
    words = Message.objects.filter(author__name="Yusuf Karim").order_by("at")
    assert [(text.audience, text.at) for text in words] == [
        ("party", at - timedelta(minutes=55)),
        ("party", at - timedelta(minutes=48)),
    ]
    assert "going in circles" in words[0].body


def money_has_rates(at: datetime) -> None:
    latest = ExchangeRate.objects.order_by("currency", "-valid_from").distinct("currency")
    assert [(rate.currency, (at.date() - rate.valid_from).days) for rate in latest] == [
        ("GBP", 21),
        ("SAR", 21),
        ("USD", 21),
    ]


def nothing_is_missed_or_still_to_come(tenant: Tenant, at: datetime) -> None:
    with act_in(tenant.pk):
        assert not Clock.objects.filter(state="breached").exists()
        assert not Clock.objects.filter(state="running", due_at__lte=at).exists()
        assert Clock.objects.filter(
            state="running", due_at__lte=at + timedelta(minutes=30)
        ).count() == (1 if tenant.slug == QUELLWERK.slug else 0)
        assert not Event.objects.filter(at__gt=at).exists()
        opened = list(Case.objects.order_by("number").values_list("opened_at", flat=True))
        told = opened[:13] if tenant.slug == QUELLWERK.slug else opened
        assert told == sorted(told)
