"""The editor of a memo: nothing that was written is lost, and a preview saves nothing."""

import pytest

from memos.models import Memo, MemoAction
from tests.escalation.browsing import browser
from tests.factories import World, make_world
from tests.memos.pages import form_of, page, url
from tests.memos.story import (
    SECTIONS,
    reviewed,
    written,
)

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def test_the_editor_keeps_what_was_written_where_somebody_saved_in_between(vendor: World) -> None:
    with vendor.scope():
        memo = written(vendor)
    edit = url(vendor, "memo-edit", memo.pk)
    tom, petra = browser(vendor, "tom"), browser(vendor, "petra")
    mine, theirs = (form_of(c.get(edit).content.decode()) for c in (tom, petra))
    assert petra.post(edit, {**theirs, "risk": "Petra's words."}).status_code == 302
    answer = tom.post(edit, {**mine, "risk": "Tom's words."})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Petra saved this memo while you were writing." in html
    assert "Tom&#x27;s words." in html
    with vendor.scope():
        assert Memo.objects.get().risk == "Petra's words."
    again = form_of(html)
    assert tom.post(edit, {**again, "risk": "Both."}).status_code == 302
    with vendor.scope():
        assert Memo.objects.get().risk == "Both."


def test_a_preview_shows_and_saves_nothing(vendor: World) -> None:
    with vendor.scope():
        memo = written(vendor)
    edit = url(vendor, "memo-edit", memo.pk)
    tom = browser(vendor, "tom")
    data = form_of(tom.get(edit).content.decode())
    sent = {**data, "risk": f"**bold** {SCRIPT} [x](javascript:alert)", "step": "preview"}
    html = tom.post(edit, sent).content.decode()
    assert "<strong>bold</strong>" in html
    assert "Nothing is saved by that" not in html
    fragment = tom.post(edit, sent, headers={"HX-Request": "true"}).content.decode()
    assert "<strong>bold</strong>" in fragment
    assert "<html" not in fragment
    for shown in (html, fragment):
        assert SCRIPT not in shown
        assert 'href="javascript' not in shown
    with vendor.scope():
        assert Memo.objects.get().risk == SECTIONS["risk"]


def test_a_form_that_cannot_be_read_comes_back_with_links(vendor: World) -> None:
    with vendor.scope():
        memo = written(vendor)
    edit, own = url(vendor, "memo-edit", memo.pk), vendor.partners["alpenwerk"].pk
    tom = browser(vendor, "tom")
    data = form_of(tom.get(edit).content.decode())
    wrong = {
        **data,
        "title": "",
        f"party-{own}-heading": "",
        "actions-0-due_on": "soon",
        "actions-2-who": f"member:{vendor['tom'].user_id}",
    }
    answer = tom.post(edit, wrong)
    html = answer.content.decode()
    assert answer.status_code == 422
    for field in ("id_title", f"id_party-{own}-heading", "id_actions-0-due_on"):
        assert f'href="#{field}"' in html
        assert f'id="{field}"' in html
    answer = tom.post(edit, {**data, "actions-2-who": f"member:{vendor['tom'].user_id}"})
    assert answer.status_code == 422
    assert 'href="#id_actions-2-what"' in answer.content.decode()


def test_an_issued_memo_is_not_edited_however_one_comes_there(vendor: World) -> None:
    with vendor.scope():
        memo = reviewed(vendor)
    edit = url(vendor, "memo-edit", memo.pk)
    tom = browser(vendor, "tom")
    data = form_of(tom.get(edit).content.decode())
    tom.post(url(vendor, "memo-do", memo.pk, "issue"))
    for answer in (tom.get(edit), tom.post(edit, data)):
        assert answer.status_code == 409
        assert "while the memo is issued" in answer.content.decode()


@pytest.mark.parametrize("name", ["memo", "memo-edit"])
def test_what_people_wrote_is_never_markup(vendor: World, name: str) -> None:
    with vendor.scope():
        sections = dict.fromkeys(SECTIONS, f"{SCRIPT} <img src=x onerror=alert(1)>")
        memo = written(vendor, sections=sections, title=SCRIPT)
        memo.copies.update(body=SCRIPT, title=SCRIPT)
        MemoAction.objects.update(what=SCRIPT)
    html = page(vendor, "tom", name, memo.pk)
    assert SCRIPT not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
