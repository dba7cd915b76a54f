"""Every clock of the whole demo says why it is due then, and no page shows one that does not."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.explained import explain_clock
from cases.explainwords import because
from cases.models import Case, Clock
from cases.repair import differences
from escalation.demo.builder import build
from memos.models import Concession
from partners.models import Contact
from tenants.models import Membership, Role, Tenant
from tenants.scope import act_in
from tests.escalation.browsing import BACKEND

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
WEDNESDAY = datetime(2026, 11, 25, 9, 12, 30, tzinfo=UTC)
LATER = WEDNESDAY + timedelta(hours=3)
CHIP = re.compile(r'<(a|span)([^>]*) class="p-clock"')
LINK = re.compile(r'href="([^"]+/(?:clocks/[^"/]+|due)/)"')
# A due time in a partner's words, and the question right behind it.
DUE = re.compile(r'<b class="p-nowrap"><time')
ASKED = re.compile(r'<b class="p-nowrap"><time[^<]*</time></b> <a class="p-tap p-why"')


@pytest.fixture
def tenants(settings: Any, tmp_path: Path) -> Iterator[dict[str, Tenant]]:
    """The demo's vendors, and the time some hours after they began."""
    settings.DATA_DIR, settings.DEMO = tmp_path, True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = build(WEDNESDAY)
    with time_machine.travel(LATER, tick=False):
        yield made


def test_every_clock_follows_from_what_happened(tenants: dict[str, Tenant]) -> None:
    seen = set()
    for tenant in tenants.values():
        with act_in(tenant.pk):
            cases = {case.pk: case for case in Case.objects.all()}
            for clock in Clock.objects.select_related("calendar_version"):
                found = explain_clock(cases[clock.case_id], clock, LATER)
                seen.add(clock.kind)
                if clock.state == "paused":
                    # Brightmoor's stock credit waits, and has no due time until it goes on.
                    assert (found.agrees, found.due_at) == (True, None)
                    continue
                assert (found.agrees, found.due_at) == (True, clock.due_at)
                assert sum(s.counted_seconds for s in found.stretches) == clock.target_seconds
                assert all(a.to == b.from_ for a, b in pairwise(found.stretches))
                assert because(found).startswith("Due ")
            assert list(differences()) == []
    assert {"response", "decision", "total", "request", "approval", "action", "closing"} <= seen


def signed_in(member: Membership) -> Client:
    """Return the browser of a person."""
    client = Client()
    client.force_login(member.user, backend=BACKEND)
    return client


def staff_pages(tenant: Tenant) -> Iterator[tuple[Client, str]]:
    """Yield every page that shows clocks to the vendor's people, with a browser that may open it:
    lists and cases to an auditor, what waits for an approval to everybody."""
    with act_in(tenant.pk):
        people = list(Membership.objects.exclude(role=Role.PARTNER).select_related("user"))
        cases = list(Case.objects.values_list("pk", flat=True))
        concessions = list(Concession.objects.values_list("case_id", "pk"))
    reader = signed_in(next(m for m in people if m.role == Role.ADMIN))
    inbox = reverse("inbox", args=[tenant.slug])
    yield from ((reader, f"{inbox}?view={view}") for view in ("all", "ended"))
    yield from ((reader, reverse("case", args=[tenant.slug, pk])) for pk in cases)
    for case_id, pk in concessions:
        yield reader, reverse("concession", args=[tenant.slug, case_id, pk])
    for member in people:
        if member.role == Role.STAFF and not member.user.is_service:
            yield signed_in(member), reverse("approvals", args=[tenant.slug])


def test_no_page_shows_a_clock_without_a_link_that_works(tenants: dict[str, Tenant]) -> None:
    links: set[str] = set()
    for tenant in tenants.values():
        for client, url in staff_pages(tenant):
            answer = client.get(url)
            if answer.status_code == 404:
                continue
            page = answer.content.decode()
            assert [tag for tag, _ in CHIP.findall(page) if tag != "a"] == [], url
            for link in {unescape(found) for found in LINK.findall(page)} - links:
                said = client.get(link, follow=True)
                assert said.status_code == 200, link
                assert "why is it" in said.content.decode(), link
                links.add(link)
    assert len(links) > 60


def test_no_due_time_of_a_partner_lacks_its_answer(tenants: dict[str, Tenant]) -> None:
    links: set[str] = set()
    for tenant in tenants.values():
        with act_in(tenant.pk):
            contacts = list(Contact.objects.select_related("partner", "user"))
        for contact in contacts:
            client = Client()
            client.force_login(contact.user, backend=BACKEND)
            home = reverse("portal-cases", args=[tenant.slug, contact.partner.slug])
            page = client.get(home).content.decode()
            cases = set(re.findall(rf'href="({home}cases/[^"/]+/)"', page))
            for text in (page, *(client.get(url).content.decode() for url in cases)):
                assert len(DUE.findall(text)) == len(ASKED.findall(text))
                for link in set(LINK.findall(text)) - links:
                    said = client.get(link)
                    assert said.status_code == 200, link
                    assert "why is it" in said.content.decode(), link
                    links.add(link)
    assert len(links) > 8
