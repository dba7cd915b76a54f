"""The archive of memos: found by words and filters, marked, and only what one may see."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases import paging
from cases.confidential import restrict
from cases.models import Case
from memos import queries
from memos.actions.memo import ActionText, succeed_memo
from memos.models import MemoReceipt
from memos.queries import Sought
from partners.models import Partner
from tests.escalation.browsing import browser
from tests.factories import World, make_world
from tests.memos.pages import in_scope, page, url
from tests.memos.story import (
    AT,
    INTERNAL,
    SECTIONS,
    issued,
)

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def test_an_empty_archive_says_what_stands_here(vendor: World) -> None:
    assert "Issued ones stand here." in page(vendor, "tom", "memos")
    assert "on the page of its case" in page(vendor, "tom", "memos", status="draft")
    assert "Nothing fits" in page(vendor, "tom", "memos", q="zebra")


@pytest.mark.parametrize("state", ["draft", "in_review", "issued"])
def test_each_state_has_its_list(vendor: World, state: str) -> None:
    in_scope(vendor, state)
    for status in ("draft", "in_review", "issued", "unknown"):
        shown = INTERNAL in page(vendor, "pavel", "memos", status=status)
        assert shown == (status == state or (status, state) == ("unknown", "issued"))


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"q": "zebrafish"}, True),
        ({"q": "zebraf"}, True),
        ({"q": "letter proven"}, True),
        ({"q": "letter unproven"}, False),
        ({"q": "M-2026-0001"}, True),
        ({"q": "m-2026-0001"}, True),
        ({"q": "M-2026-000"}, False),
        ({"q": "CASE"}, True),
        ({"q": "' & !:*\\"}, False),
        ({"category": "lead-routing"}, True),
        ({"category": "territory"}, False),
        ({"partner": "rheintor"}, True),
        ({"partner": " Rheintor "}, True),
        ({"partner": "heint"}, True),
        ({"partner": "sierra"}, False),
        ({"partner": "nobody"}, False),
        ({"year": "2026"}, True),
        ({"year": "2025"}, False),
        ({"year": "0000"}, True),
        ({"year": "soon"}, True),
        ({"q": "letter", "partner": "alpenwerk", "year": "2026"}, True),
    ],
)
def test_words_and_filters(vendor: World, query: dict[str, Any], fits: bool) -> None:
    memo = in_scope(vendor, "issued")
    if query.get("q") == "CASE":
        with vendor.scope():
            query = {"q": Case.objects.get(pk=memo.case_id).number}
    assert (INTERNAL in page(vendor, "tom", "memos", **query)) == fits


def test_words_are_marked_and_nothing_else_is_markup(vendor: World) -> None:
    with vendor.scope():
        findings = f"{SCRIPT} the letter {queries.START}b{queries.STOP} &amp; more"
        issued(vendor, sections={**SECTIONS, "findings": findings})
    html = page(vendor, "tom", "memos", q="letter")
    assert "<mark>letter</mark>" in html
    assert SCRIPT not in html
    assert "<mark>b</mark>" not in html
    assert "&amp;amp; more" in html
    assert queries.START not in html


def test_words_of_another_vendor_or_of_a_restricted_case_are_not_found(vendor: World) -> None:
    other = make_world()
    in_scope(other, "issued")
    assert "Nothing fits" in page(vendor, "tom", "memos", q="zebrafish")
    memo = in_scope(vendor, "issued")
    with vendor.scope():
        restrict(memo.case, by=vendor["tom"], at=AT, reason="A name in it.")
    for who in ("ines", "pavel"):
        html = page(vendor, who, "memos", q="zebrafish")
        assert INTERNAL not in html
        assert "Nothing fits" in html
        # Nor is it counted, and no row or filter tells its partners or year.
        assert '<span class="p-count p-quiet">0</span>' in html
        assert '<span class="p-count p-quiet">1</span>' not in html
        assert "Alpenwerk" not in re.sub(r"<datalist.*?</datalist>", "", html, flags=re.DOTALL)
        assert '<option value="2026"' not in html
        assert page(vendor, who, "memo", memo.pk, expect=404)
        assert page(vendor, who, "memo-pdf", memo.pk, expect=404)
        assert page(vendor, who, "memo-pdf-copy", memo.pk, "alpenwerk", expect=404)
    assert INTERNAL in page(vendor, "marianne", "memos", q="zebrafish")


def test_a_name_means_one_partner_and_a_part_of_a_name_all_that_have_it(world: World) -> None:
    for slug, name in (("rheintor-nord", "Rheintor Nord"), ("nord", "Nord")):
        region = world.partners["rheintor"].region
        Partner.objects.create(tenant=world.tenant, slug=slug, name=name, region=region)
    means = {
        text: [partner.slug for partner in queries.partners_called(text)]
        for text in ("rheintor", "NORD", "rheintor-nord", "rhein", "nobody", " ")
    }
    assert means == {
        "rheintor": ["rheintor"],
        "NORD": ["nord"],
        "rheintor-nord": ["rheintor-nord"],
        "rhein": ["rheintor", "rheintor-nord"],
        "nobody": [],
        " ": [],
    }
    assert queries.partner_names() == sorted(queries.partner_names())


def test_only_a_page_of_hits_is_looked_through_for_words(world: World) -> None:
    issued(world)
    for text, looked in (("zebrafish", 1), ("missing", 0)):
        sought = queries.sought_by(text=text)
        with CaptureQueriesContext(connection) as found:
            queries.page_of(queries.listed(world["tom"], sought), sought, None)
        assert sum("ts_headline" in query["sql"] for query in found) == looked


def test_a_number_finds_every_version_and_the_draft_that_corrects_it(world: World) -> None:
    first = issued(world)
    later = succeed_memo(first, by=world["petra"], at=AT)
    for text in ("m-2026-0001", first.case.number):
        assert set(queries.sought_by(text=text).ids) == {first.pk, later.pk}


def test_a_long_archive_has_pages(vendor: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 1)
    with vendor.scope():
        for title in ("Alpha", "Beta"):
            issued(vendor, title=title)
    first = page(vendor, "tom", "memos", q="customer")
    assert ("Beta" in first, "Alpha" in first) == (True, False)
    (onward,) = re.findall(r'href="(\?[^"]*after=[^"]+)" rel="next"', first)
    assert "q=customer" in onward
    own = url(vendor, "memos")
    second = browser(vendor, "tom").get(own + onward.replace("&amp;", "&")).content.decode()
    assert ("Beta" in second, "Alpha" in second) == (False, True)
    (backward,) = re.findall(r'href="(\?[^"]*before=[^"]+)" rel="prev"', second)
    back = browser(vendor, "tom").get(own + backward.replace("&amp;", "&")).content.decode()
    assert "Beta" in back
    for broken in ("?after=", "?before=x_y", "?after=9999-12-31_1", "?q=\x00"):
        assert "Beta" in browser(vendor, "tom").get(own + broken).content.decode()


def queries_of(client: Client, address: str, **query: str) -> int:
    """Return how many queries a page makes."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(address, query).status_code == 200
    return len(found)


def test_no_page_makes_a_query_per_row(vendor: World) -> None:
    with vendor.scope():
        memo = issued(vendor)
        case = memo.case
    client = browser(vendor, "tom")
    pages = (("memos", ()), ("memo", (memo.pk,)), ("case", (case.pk,)))
    addresses = [url(vendor, name, *rest) for name, rest in pages]
    one = [queries_of(client, address) for address in addresses]
    searched = queries_of(client, addresses[0], q="customer")
    with vendor.scope():
        for n in range(29):
            issued(vendor, title=f"Memo {n}")
    assert queries_of(client, addresses[0]) == one[0]
    assert queries_of(client, addresses[0], q="customer") == searched
    # Its words, its number: by issued memos, by cases, and the memos of these.
    assert searched <= one[0] + 3
    with vendor.scope():
        copies = list(memo.copies.all())
        for name in ("marc", "anna"):
            for copy in copies:
                MemoReceipt.objects.create(
                    tenant=vendor.tenant, copy=copy, user=vendor[name].user, at=AT
                )
        many = issued(vendor, actions=tuple(thirty(vendor)))
    assert queries_of(client, url(vendor, "memo", memo.pk)) == one[1]
    assert queries_of(client, url(vendor, "memo", many.pk)) == one[1]
    assert queries_of(client, url(vendor, "case", many.case_id)) == one[2]


def thirty(world: World) -> list[Any]:
    """Return thirty actions."""
    due = (AT + timedelta(days=9)).date()
    return [ActionText(f"Act {n}", due, owner_id=world["tom"].user_id) for n in range(30)]


def test_many_ids_are_counted_up_to_a_bound(vendor: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 1)
    with vendor.scope():
        for _ in range(2):
            issued(vendor)
        assert paging.bounded(queries.listed(vendor["tom"], Sought())) == 2
    assert '<span class="p-count p-quiet">1+</span>' in page(vendor, "tom", "memos")
