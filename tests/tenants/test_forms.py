"""What a verb found wrong, on the form that asked for it; and what a form says was seen."""

from uuid import UUID

from django import forms
from django.test import RequestFactory

from tenants.errors import Invalid
from tenants.forms import put_on
from tenants.seen import id_seen


class Note(forms.Form):
    """Something to fill in."""

    text = forms.CharField(required=False)


def test_each_reason_stands_at_its_field_and_what_has_none_above_them() -> None:
    form = Note({"text": "x"})
    put_on(form, Invalid({"body": "Too short.", "case": "It is over."}), {"body": "text"})
    assert form.errors.get_json_data() == {
        "text": [{"message": "Too short.", "code": ""}],
        "__all__": [{"message": "It is over.", "code": ""}],
    }


def test_an_id_that_was_seen_or_none() -> None:
    post = RequestFactory().post
    known = UUID(int=7)
    assert id_seen(post("/", {"turn": str(known)}), "turn") == known
    assert id_seen(post("/", {"turn": "x"}), "turn") is None
    assert id_seen(post("/"), "turn") is None
