"""Pages of memos: written, reviewed, issued, in a browser without scripts."""

import re
from typing import Any

import pypdfium2
import pytest

from cases.models import Case
from memos.models import Memo
from tests.cases.verbs import do
from tests.escalation.browsing import browser
from tests.factories import World, make_world
from tests.memos.pages import action_id, form_of, in_scope, page, url
from tests.memos.story import (
    AT,
    INTERNAL,
    SECTIONS,
    doubtful,
    drafted,
    issued,
    reviewed,
    two_parties,
)

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def test_the_whole_way_by_forms_alone(vendor: World) -> None:
    with vendor.scope():
        case = two_parties(vendor)
        do(vendor, "decide", case, at=AT, reason="The first one wins.")
    tom, petra = browser(vendor, "tom"), browser(vendor, "petra")
    assert "Write the memo" in page(vendor, "tom", "case", case.pk)
    assert "Begin the memo" in page(vendor, "tom", "memo-of-case", case.pk)
    begun = tom.post(url(vendor, "memo-of-case", case.pk))
    data = form_of(tom.get(begun["Location"]).content.decode())
    with vendor.scope():
        memo = Memo.objects.get()
    for name in SECTIONS:
        data[name] = data[name] or f"About {name}."
    data |= {"findings": "Proven by the letter.", "actions-0-what": "Book it"}
    data |= {"actions-0-who": f"member:{vendor['tom'].user_id}", "actions-0-due_on": "2036-01-01"}
    answer = tom.post(begun["Location"], data)
    assert answer.status_code == 422
    assert "at most five years ahead" in answer.content.decode()
    data["actions-0-due_on"] = "2028-02-01"
    assert tom.post(begun["Location"], data).status_code == 302
    own = url(vendor, "memo", memo.pk)
    asked = tom.post(url(vendor, "memo-do", memo.pk, "ask-review"), {"reviewer": ""})
    assert asked.status_code == 422
    reviewer = {"reviewer": str(vendor["petra"].user_id)}
    assert tom.post(url(vendor, "memo-do", memo.pk, "ask-review"), reviewer)["Location"] == own
    assert "Petra reviews it" in tom.get(own).content.decode()
    review = url(vendor, "memo-do", memo.pk, "review")
    assert petra.post(review, {"agree": "no", "note": ""}).status_code == 422
    assert petra.post(review, {"agree": "yes", "revision": "1"}).status_code == 409
    html = petra.get(own).content.decode()
    revision = re.search(r'name="revision" type="hidden" value="(\d+)"', html)
    assert revision is not None
    assert petra.post(review, {"agree": "yes", "revision": revision[1]}).status_code == 302
    assert "Next: Issue it" in " ".join(tom.get(own).content.decode().split())
    assert tom.post(url(vendor, "memo-do", memo.pk, "issue")).status_code == 302
    html = tom.get(own).content.decode()
    assert "Issued, cannot be changed" in html
    assert "0 of 2 have read it" in html
    assert "it is the same" in html
    assert html.count("btn-primary") == 0
    done = url(vendor, "memo-action-done", memo.pk, action_id(vendor, memo, "Book it"))
    assert tom.post(done, {"note": "Booked."}).status_code == 302
    assert "Booked." in tom.get(own).content.decode()
    assert "M-" in page(vendor, "tom", "case", case.pk)


def test_what_keeps_a_memo_from_being_issued_leads_to_its_field(vendor: World) -> None:
    with vendor.scope():
        memo = reviewed(vendor, sections={**SECTIONS, "decision": ""})
        own = vendor.partners["alpenwerk"].pk
        memo.copies.filter(partner_id=own).update(body="As Rheintor said.")
        memo.actions.filter(partner_id=own).update(what="Call Rheintor")
    answer = browser(vendor, "tom").post(url(vendor, "memo-do", memo.pk, "issue"))
    assert answer.status_code == 422
    html = answer.content.decode()
    edit = url(vendor, "memo-edit", memo.pk)
    editor = page(vendor, "tom", "memo-edit", memo.pk)
    for field in ("id_decision", f"id_party-{own}-body", "id_actions-1-what"):
        assert f'href="{edit}#{field}"' in html
        assert f'id="{field}"' in editor
    assert "Copy for Alpenwerk: This party must not read: Rheintor" in html


def test_words_in_doubt_are_ticked_one_by_one(vendor: World) -> None:
    with vendor.scope():
        memo = doubtful(vendor)
        own = vendor.partners["alpenwerk"].pk
    html = page(vendor, "tom", "memo", memo.pk)
    assert "Rheintor, in what Alpenwerk reads" in html
    assert html.count("btn-primary") == 1
    client, address = browser(vendor, "tom"), url(vendor, "memo-do", memo.pk, "issue")
    both = [f"{own}:Rheintor", f"{own}:Rheintor Distribution"]
    for ticked in ([], both[:1], [*both, f"{own}:Marc"], ["on"]):
        answer = client.post(address, {"confirmed": ticked})
        assert answer.status_code == 422
        assert "Look at each of these words" in answer.content.decode()
    assert client.post(address, {"confirmed": both}).status_code == 302
    with vendor.scope():
        assert Memo.objects.get(pk=memo.pk).is_issued


@pytest.mark.parametrize("state", ["draft", "in_review", "reviewed", "issued"])
@pytest.mark.parametrize("who", ["tom", "petra", "pavel"])
def test_a_page_has_at_most_one_primary_button_the_next_step(
    vendor: World, who: str, state: str
) -> None:
    memo = in_scope(vendor, state)
    html = page(vendor, who, "memo", memo.pk)
    offered = {
        ("draft", "tom"),
        ("draft", "petra"),
        ("in_review", "petra"),
        ("reviewed", "tom"),
    }
    assert html.count("btn-primary") == ((state, who) in offered)
    assert ("Take back to draft" in html) == (state in ("in_review", "reviewed") and who != "pavel")
    assert ("Correct by a successor" in html) == (state == "issued" and who != "pavel")


def test_a_strategic_case_waits_for_its_memo_and_is_resolved_with_it(vendor: World) -> None:
    with vendor.scope():
        case = two_parties(vendor, category=vendor.categories["territory"])
        do(vendor, "decide", case, at=AT)
    tom = browser(vendor, "tom")
    html = page(vendor, "tom", "case", case.pk)
    assert "Next: Issue the memo" in " ".join(html.split())
    assert "do-resolve" not in html
    with vendor.scope():
        issued(vendor, Case.objects.get(pk=case.pk))
    html = page(vendor, "tom", "case", case.pk)
    assert "Next: Resolve the case" in " ".join(html.split())
    # The line comes from the page, and may be left out.
    assert "As in memo M-2026-0001." in html
    answer = tom.post(url(vendor, "case-do", case.pk, "resolve"), {"resolution": ""})
    assert answer.status_code == 302
    with vendor.scope():
        found = Case.objects.get(pk=case.pk)
        assert (found.status, found.resolution) == ("resolved", "")


def test_an_administrative_case_without_a_memo_still_needs_its_line(vendor: World) -> None:
    with vendor.scope():
        case = vendor.case()
    answer = browser(vendor, "tom").post(
        url(vendor, "case-do", case.pk, "resolve"), {"resolution": ""}
    )
    assert answer.status_code == 422


def test_a_reader_without_a_memo_is_told_so(vendor: World) -> None:
    with vendor.scope():
        case, over = vendor.case(), vendor.case()
        do(vendor, "withdraw", over, at=AT)
    assert "Staff of the vendor write it." in page(vendor, "pavel", "memo-of-case", case.pk)
    assert "while the case is open" in page(vendor, "tom", "memo-of-case", over.pk)
    assert 'aria-labelledby="memo"' not in page(vendor, "tom", "case", over.pk)


def test_a_successor_shows_what_it_replaces_and_the_replaced_what_is_in_force(
    vendor: World,
) -> None:
    first = in_scope(vendor, "issued")
    tom = browser(vendor, "tom")
    answer = tom.post(url(vendor, "memo-do", first.pk, "succeed"))
    with vendor.scope():
        later = Memo.objects.get(version=2)
    assert answer["Location"] == url(vendor, "memo-edit", later.pk)
    assert tom.get(url(vendor, "memo-of-case", first.case_id))["Location"] == url(
        vendor, "memo", later.pk
    )
    assert "Replaces version 1" in page(vendor, "tom", "memo", later.pk)
    assert "A later version" not in page(vendor, "tom", "memo", first.pk)
    with vendor.scope():
        Memo.objects.filter(pk=later.pk).update(
            status="issued",
            sha256="0" * 64,
            reviewed_at=AT,
            issued_at=AT,
            issued_by=vendor["tom"].user,
            issued_level=vendor.levels[0],
        )
    html = page(vendor, "tom", "memo", first.pk)
    assert "A later version has replaced this memo." in html
    assert "Correct by a successor" not in html
    # Its rows do not give this hash.
    assert "it differs" in page(vendor, "tom", "memo", later.pk)


def test_an_unknown_step_or_action_is_not_there(vendor: World) -> None:
    memo, other = in_scope(vendor, "issued"), in_scope(vendor, "issued")
    tom = browser(vendor, "tom")
    assert tom.post(url(vendor, "memo-do", memo.pk, "fly")).status_code == 404
    foreign = action_id(vendor, other, "Find a lead")
    assert tom.post(url(vendor, "memo-action-done", memo.pk, foreign)).status_code == 404
    too_long = {"note": "x" * 20_001}
    own = action_id(vendor, memo, "Find a lead")
    refused = tom.post(url(vendor, "memo-action-done", memo.pk, own), too_long)
    text = refused.content.decode()
    assert (refused.status_code, "has at most 20000 characters" in text) == (422, True)
    assert (too_long["note"] in text, text.count("data-errors")) == (True, 1)


# --- Print ---


def pdf_text(answer: Any) -> str:
    """Return the text of a PDF."""
    assert answer["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    text = "\n".join(sheet.get_textpage().get_text_range() for sheet in document)
    document.close()
    return " ".join(text.split())


def test_the_memo_is_printed_complete(vendor: World) -> None:
    memo = in_scope(vendor, "issued")
    answer = browser(vendor, "tom").get(url(vendor, "memo-pdf", memo.pk))
    assert answer["Content-Disposition"] == 'attachment; filename="M-2026-0001-v1.pdf"'
    text = pdf_text(answer)
    for part in (INTERNAL, *SECTIONS.values(), "Find a lead", "Alpenwerk", "Rheintor"):
        assert part in text
    assert memo.sha256 in text.replace(" ", "")


def test_a_partys_copy_is_printed_with_nothing_of_the_others(vendor: World) -> None:
    memo = in_scope(vendor, "issued")
    text = pdf_text(browser(vendor, "tom").get(url(vendor, "memo-pdf-copy", memo.pk, "alpenwerk")))
    assert "For alpenwerk alone." in text
    assert "Send the plan" in text
    for part in (INTERNAL, *SECTIONS.values(), "Find a lead", "Rheintor", "rheintor", "@"):
        assert part not in text
    page(vendor, "tom", "memo-pdf-copy", memo.pk, "nobody", expect=404)


def test_a_draft_is_printed_as_one(vendor: World) -> None:
    with vendor.scope():
        memo = drafted(vendor)
        number = memo.case.number
    answer = browser(vendor, "tom").get(url(vendor, "memo-pdf", memo.pk))
    assert f'filename="{number}-draft-v1.pdf"' in answer["Content-Disposition"]
    assert "Draft, not issued" in pdf_text(answer)
