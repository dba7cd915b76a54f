"""What people write in a memo."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from memos.actions.memo import (
    LONGEST_ACTION,
    LONGEST_TITLE,
    MOST_ACTIONS,
    ActionText,
    Contents,
    CopyText,
)
from memos.models.memo import SECTIONS, Memo, MemoAction, MemoCopy
from memos.places import read_place
from tenants.models import Membership

LONGEST = 20_000
EMPTY_ROWS = 3
# By which fields of the forms the parts of a copy and of an action are written.
FIELD_OF = {
    "title": "heading",
    "body": "body",
    "what": "what",
    "owner": "who",
    "partner": "who",
    "due_on": "due_on",
}
Choices = list[tuple[str, Any]]


def text(label: Any, hint: Any, rows: int = 5) -> forms.CharField:
    """Return a field for Markdown."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=LONGEST, strip=False, widget=area
    )


class MemoForm(forms.Form):
    """The vendor's memo, section by section, each with the questions it answers."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Title"), help_text=_("Only staff read it."), max_length=LONGEST_TITLE
    )
    dispute = text(_("Dispute"), _("Who asks what, under which clause?"))
    findings = text(_("Findings"), _("What is proven, by what? What is open?"), rows=8)
    decision = text(
        _("Decision"), _("What, by whom, on which rule or precedent? What differs?"), rows=6
    )
    risk = text(_("Risk"), _("What may recur, and who notices?"), rows=4)
    compensation = text(_("Compensation"), _("What, on which condition?"), rows=4)
    outcomes = text(_("Outcomes"), _("What number at 90 and at 180 days?"), rows=4)

    def sections(self) -> list[forms.BoundField]:
        """Return the fields of the sections, in the order they are read."""
        return [self[name] for name in SECTIONS]


class CopyForm(forms.Form):
    """What one party reads."""

    heading = forms.CharField(label=_("Heading"), max_length=LONGEST_TITLE)
    body = text(_("Text"), "", rows=12)


class ActionForm(forms.Form):
    """One action. A row that is left empty is none; emptying one takes it out."""

    use_required_attribute = False
    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    what = forms.CharField(label=_("What"), max_length=LONGEST_ACTION, required=False)
    who = forms.ChoiceField(label=_("Who"), required=False)
    due_on = forms.DateField(
        label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = people  # type: ignore[attr-defined]

    @property
    def is_written(self) -> bool:
        """Whether there is an action in this row."""
        data = self.cleaned_data
        return bool(data.get("what") or data.get("who") or data.get("due_on"))

    def action(self) -> ActionText:
        """Return the row as the verb takes it."""
        data = self.cleaned_data
        kind, _colon, ident = str(data.get("who") or "").partition(":")
        return ActionText(
            what=data.get("what") or "",
            due_on=data.get("due_on"),
            owner_id=UUID(ident) if kind == "member" else None,
            partner_id=UUID(ident) if kind == "party" else None,
            id=data.get("id"),
        )


ActionForms = formset_factory(
    ActionForm, extra=EMPTY_ROWS, max_num=MOST_ACTIONS + EMPTY_ROWS, absolute_max=100
)


def people_choices(colleagues: Iterable[Membership], parties: Iterable[Party]) -> Choices:
    """Return who may be bound to do something."""
    ours, theirs = str(_("Colleagues")), str(_("Parties, who will read it"))
    staff = [(f"member:{m.user_id}", m.user.name) for m in colleagues]
    partners = [(f"party:{p.partner_id}", p.partner.name) for p in parties]
    return [("", ""), (ours, staff), (theirs, partners)]


class MemoForms:
    """Everything on the page that edits a memo: sections, copies, actions."""

    def __init__(
        self,
        memo: Memo,
        copies: Mapping[UUID, MemoCopy],
        actions: Iterable[MemoAction],
        parties: list[Party],
        colleagues: Iterable[Membership],
        data: Any = None,
    ) -> None:
        known = {name: getattr(memo, name) for name in ("revision", "title", *SECTIONS)}
        self.memo = MemoForm(data, initial=known)
        self.parties = parties
        self.copies = {
            p.partner_id: CopyForm(
                data, prefix=f"party-{p.partner_id}", initial=written(p, copies.get(p.partner_id))
            )
            for p in parties
        }
        open_ones = [action for action in actions if not action.done_at]
        self.actions: BaseFormSet[ActionForm] = ActionForms(
            data,
            prefix="actions",
            initial=[row(action) for action in open_ones],
            form_kwargs={"people": people_choices(colleagues, parties)},
        )

    def is_valid(self) -> bool:
        """Whether all of it can be read; every form is asked, so that all errors show at once."""
        found = [form.is_valid() for form in (self.memo, *self.copies.values())]
        return all([*found, self.actions.is_valid()])

    def contents(self) -> Contents:
        """Return all of it as the verb takes it."""
        data = self.memo.cleaned_data
        copies = (
            CopyText(pk, form.cleaned_data["heading"], form.cleaned_data["body"])
            for pk, form in self.copies.items()
        )
        rows = (form.action() for form in self.actions if form.is_written)
        return Contents(
            data["title"], {name: data[name] for name in SECTIONS}, tuple(copies), tuple(rows)
        )

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Put each reason beside the field it is about."""
        rows = [form for form in self.actions if form.is_written]
        for text, reason in errors.items():
            place = read_place(text)
            if place.key and place.part == "actions":
                rows[int(place.key)].add_error(FIELD_OF[place.field], reason)
            elif place.key and place.part == "copies":
                self.copies[UUID(place.key)].add_error(FIELD_OF[place.field], reason)
            else:
                name = place.field or place.part
                self.memo.add_error(name if name in self.memo.fields else None, reason)

    def raw(self) -> dict[str, str]:
        """Return the sections as they were sent, whether they can be saved or not."""
        return {name: str(self.memo[name].value() or "")[:LONGEST] for name in SECTIONS}

    def all_forms(self) -> list[forms.Form]:
        """Return every single form, for the list of what to correct."""
        return [self.memo, *self.copies.values(), *self.actions]


def written(party: Party, copy: MemoCopy | None) -> dict[str, str]:
    """Return what a party's copy says so far."""
    if copy is None:
        return {"heading": party.title, "body": ""}
    return {"heading": copy.title, "body": copy.body}


def row(action: MemoAction) -> dict[str, str | UUID | date]:
    """Return an action as its row of the form."""
    who = f"member:{action.owner_id}" if action.owner_id else f"party:{action.partner_id}"
    return {"id": action.pk, "what": action.what, "who": who, "due_on": action.due_on}


class ReviewerForm(forms.Form):
    """Whom to ask."""

    reviewer = forms.ChoiceField(
        label=_("Colleague"),
        help_text=_("Not who wrote or changed any of it, in this version or before."),
    )

    def __init__(self, *args: Any, colleagues: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(m.user_id), m.user.name) for m in colleagues]
        self.fields["reviewer"].choices = [("", ""), *people]  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """The reviewer's word."""

    agree = forms.ChoiceField(
        label=_("Your word"),
        choices=(("yes", _("It may be issued")), ("no", _("Send it back"))),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Needed where you send it back. Only staff read it."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class IssueForm(forms.Form):
    """Each word that may name another party was looked at."""

    confirmed = forms.MultipleChoiceField(
        label=_("These words may name another party. Tick each that does not."),
        help_text=_("Where one does, correct the copy it stands in instead."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, data: Any = None, *, words: Iterable[tuple[MemoCopy, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        said = _("%(word)s, in what %(partner)s reads")
        field = cast("forms.MultipleChoiceField", self.fields["confirmed"])
        field.choices = [
            (f"{copy.partner_id}:{word}", said % {"word": word, "partner": copy.partner.name})
            for copy, word in words
        ]
        missing = _("Look at each of these words, and tick it, before the memo is issued.")
        field.error_messages |= {"required": missing, "invalid_choice": missing}

    def clean_confirmed(self) -> int:
        """Return how many words were looked at: all of them, as they are now."""
        field = cast("forms.MultipleChoiceField", self.fields["confirmed"])
        ticked = set(self.cleaned_data["confirmed"])
        if ticked != {value for value, _label in cast("Choices", field.choices)}:
            raise forms.ValidationError(field.error_messages["required"])
        return len(ticked)


class DoneForm(forms.Form):
    """An action is done."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
