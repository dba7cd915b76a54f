"""What people fill in."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.confidential import LET_IN
from cases.intake import control, plain
from cases.models import Case, Finding, Outcome, PauseReason
from cases.parties import LATER_ROLES
from cases.pausing import day_end, review_instant
from cases.queries import grants_of, parties_with_people
from cases.telling import parties_of
from cases.updates import LONGEST_LINE
from journal.models import Audience
from ladder.models import Level, Severity
from ladder.queries import absences_at, holders_from, levels_of
from partners.models import Partner
from partners.queries import partners_by_name
from tenants.models import Membership
from tenants.queries import colleagues

LONGEST = 20_000


class VerbForm(forms.Form):
    """What a verb is told. `asks_as` maps what the verb calls something to the form's own field."""

    asks_as: ClassVar[dict[str, str]] = {}

    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        return dict(self.cleaned_data)

    def said(self) -> dict[str, Any]:
        """Return what the verb is told: what was filled in, and whether a rule is set aside."""
        aside = bool(self.cleaned_data.get("override"))
        return {**self.facts(), **({"override": True} if aside else {})}

    def ask_to_override(self, rule: str) -> None:
        """Ask whether a rule, in words, is really to be set aside."""
        self.fields["override"] = forms.BooleanField(
            label=_("Do it outside the rules"),
            help_text=format_lazy(
                "{} {}",
                rule,
                _(
                    "The level above is told, and it stays open until another person says what was"
                    " learned."
                ),
            ),
        )


class ReasonForm(VerbForm):
    """A verb that needs to be explained."""

    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeclineForm(ReasonForm):
    """Why a partner's request for the next level is declined, and whose."""

    partner = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why not")
        self.fields["reason"].help_text = _("The partner reads this.")

    def facts(self) -> dict[str, Any]:
        """Return whose request is declined, and why."""
        return {"partner_id": self.cleaned_data["partner"], "reason": self.cleaned_data["reason"]}


class ResolveForm(VerbForm):
    """The one-line resolution of a case; with an issued memo it may be left out."""

    resolution = forms.CharField(
        label=_("How it was resolved"),
        help_text=_("The parties read this."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].required = not case.has_memo


class DecideForm(VerbForm):
    """The holder's word on the dispute."""

    outcome = forms.ChoiceField(
        label=_("Your decision"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Because"),
        help_text=_("The parties read this."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReassignForm(ReasonForm):
    """To which colleague, and why."""

    to = forms.ChoiceField(label=_("Colleague"))
    field_order = ("to", "reason")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = holders_from(case.ladder_id, case.level.position)
        people = [m for m in colleagues() if m.user_id in holders and m.user_id != case.owner_id]
        away = absences_at(timezone.now()).named
        self.fields["to"].choices = [("", "")] + [  # type: ignore[attr-defined]
            (str(m.user_id), _("%(name)s (away)") % {"name": named(m)})
            if m.user_id in away
            else (str(m.user_id), named(m))
            for m in people
        ]

    def facts(self) -> dict[str, Any]:
        """Return to whom, and why."""
        return {
            "to_user_id": UUID(self.cleaned_data["to"]),
            "reason": self.cleaned_data["reason"],
        }


class SeverityForm(ReasonForm):
    """How much is at stake after all, and why."""

    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    field_order = ("severity", "reason")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].choices = [  # type: ignore[attr-defined]
            ("", ""),
            *((value, label) for value, label in Severity.choices if value != case.severity),
        ]


class JumpForm(ReasonForm):
    """To which level past the next one, and why."""

    to_level = forms.TypedChoiceField(label=_("To which level"), coerce=int)
    field_order = ("to_level", "reason")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_level"].choices = [  # type: ignore[attr-defined]
            ("", ""),
            *((level.position, f"{level.position}. {level.name}") for level in passing(case)),
        ]


def passing(case: Case) -> list[Level]:
    """Return the levels past the next one that a case can be taken to."""
    levels = [level for level in levels_of(case.ladder_id) if not level.concessions_only]
    return [level for level in levels if level.position > case.level.position][1:]


class ReconcileForm(VerbForm):
    """What came of an act outside the rules, and what was learned of it."""

    override = forms.UUIDField(widget=forms.HiddenInput)
    finding = forms.ChoiceField(
        label=_("What came of it"), choices=Finding.choices, widget=forms.RadioSelect
    )
    learned = forms.CharField(
        label=_("What was learned"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def facts(self) -> dict[str, Any]:
        """Return which, and what was learned."""
        return {
            "override_id": self.cleaned_data["override"],
            "finding": self.cleaned_data["finding"],
            "learned": self.cleaned_data["learned"],
        }

    def said(self) -> dict[str, Any]:
        """Return what the verb is told: here `override` names one."""
        return self.facts()


class HoldForm(ReasonForm):
    """Until the end of which day a window is held, and why."""

    asks_as: ClassVar[dict[str, str]] = {"until": "until_day"}
    until_day = forms.DateField(
        label=_("Hold until the end of"),
        help_text=_("The level that has the case may take until then; the whole case is not held."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    field_order = ("until_day", "reason")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def facts(self) -> dict[str, Any]:
        """Return the instant that day ends where the case's calendar is, and why."""
        said = self.cleaned_data
        return {"until": day_end(self.case, said["until_day"]), "reason": said["reason"]}


class GrantForm(ReasonForm):
    """Who is let into a restricted case, until when, and why."""

    person = forms.ChoiceField(label=_("Colleague"))
    until = forms.DateField(
        label=_("Until"),
        help_text=_("The last day on which they see the case."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    field_order = ("person", "until", "reason")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = colleagues(LET_IN)
        self.fields["person"].choices = [("", "")] + [  # type: ignore[attr-defined]
            (str(m.user_id), named(m)) for m in people if m.user_id != case.owner_id
        ]

    def facts(self) -> dict[str, Any]:
        """Return whom, until the end of which day in the viewer's zone, and why."""
        said = self.cleaned_data
        return {
            "user_id": UUID(said["person"]),
            "until": end_of_day(said["until"]),
            "reason": said["reason"],
        }


class RevokeForm(ReasonForm):
    """Whose right to see a restricted case ends, and why."""

    person = forms.ChoiceField(label=_("Colleague"))
    field_order = ("person", "reason")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        granted = [(str(grant.user_id), grant.user.name) for grant in grants_of(case)]
        self.fields["person"].choices = [("", ""), *granted]  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """Return whose right ends, and why."""
        return {
            "user_id": UUID(self.cleaned_data["person"]),
            "reason": self.cleaned_data["reason"],
        }


class PartyForm(VerbForm):
    """Which partner gets a part in the case, and which."""

    partner: "forms.ModelChoiceField[Partner]" = forms.ModelChoiceField(
        Partner.objects.none(),
        label=_("Partner"),
        empty_label="",
        help_text=_(
            "It is told that there is a dispute of this kind, and reads what is written to all"
            " parties from now on."
        ),
    )
    role = forms.ChoiceField(
        label=_("Its part"), choices=[(role, role.label) for role in LATER_ROLES]
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = partners_by_name().exclude(pk__in=parties_of(case))
        self.fields["partner"].queryset = others  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """Return which partner, and which part."""
        return {"partner_id": self.cleaned_data["partner"].pk, "role": self.cleaned_data["role"]}


class WaitingForm(VerbForm):
    """On which day somebody looks whether a pause still has its reason."""

    asks_as = {"review_by": "review_on"}
    review_on = forms.DateField(
        label=_("Look again on"),
        help_text=_("When work begins that day, you are told to look again."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def facts(self) -> dict[str, Any]:
        """Return when work begins on that day."""
        return {"review_by": review_instant(self.case, self.cleaned_data["review_on"])}


class PauseForm(WaitingForm):
    """Why the clocks stand still, who owes what, and when to look again."""

    reason = forms.ChoiceField(
        label=_("What the case waits for"), choices=PauseReason.choices, widget=forms.RadioSelect
    )
    partner = forms.ChoiceField(
        label=_("Which party owes it"),
        help_text=_("For evidence or an answer from a party."),
        required=False,
    )
    waits_for = forms.CharField(
        label=_("What exactly, and why"),
        help_text=_("The party that owes it reads this; where none does, all parties read it."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("reason", "partner", "waits_for", "review_on")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        parties = parties_with_people(case)
        self.fields["partner"].choices = [("", "")] + [  # type: ignore[attr-defined]
            (str(party.partner_id), party.partner.name) for party in parties
        ]

    def facts(self) -> dict[str, Any]:
        """Return why, who owes what, and when to look again."""
        partner = self.cleaned_data["partner"]
        return {
            **super().facts(),
            "reason": self.cleaned_data["reason"],
            "partner_id": UUID(partner) if partner else None,
            "waits_for": self.cleaned_data["waits_for"],
        }


class UpdateForm(VerbForm):
    """How the case stands, for all parties."""

    happened = forms.CharField(
        label=_("What happened"),
        help_text=_("All parties read this update."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    next_step = forms.CharField(label=_("What comes next"), max_length=LONGEST_LINE)
    sees_to = forms.ChoiceField(label=_("Who sees to it"))
    depends_on = forms.CharField(
        label=_("What it depends on"), max_length=LONGEST_LINE, required=False
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"sees_to": str(case.owner_id or "")})
        super().__init__(*args, **kwargs)
        self.fields["sees_to"].choices = [  # type: ignore[attr-defined]
            (str(m.user_id), named(m)) for m in colleagues()
        ]

    def facts(self) -> dict[str, Any]:
        """Return how it stands."""
        return {**self.cleaned_data, "sees_to": UUID(self.cleaned_data["sees_to"])}


class CompleteForm(VerbForm):
    """What the kind of dispute requires and the case does not have yet; any of it may be filled
    in now."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.specs = {
            spec["name"]: spec
            for spec in case.category.fields
            if spec.get("required") and spec["name"] not in case.fields
        }
        for name, spec in self.specs.items():
            field = control(spec)
            field.label, field.required = spec["label"], False
            self.fields[name] = field

    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the case keeps it."""
        given = {name: plain(self.cleaned_data[name]) for name in self.specs}
        return {
            "answers": {name: value for name, value in given.items() if value not in ("", None)}
        }


def end_of_day(day: date) -> datetime:
    """Return the instant a day ends in the viewer's zone."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def named(member: Membership) -> str:
    """Return how a list calls a colleague."""
    return f"{member.user.name}, {member.title}" if member.title else member.user.name


class MessageForm(VerbForm):
    """A text, and who will read it. Internal comes first."""

    audience = forms.ChoiceField(label=_("Who will see it"), widget=forms.RadioSelect)
    body = forms.CharField(
        label=_("Message"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    asks = forms.BooleanField(label=_("We need an answer"), required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"audience": Audience.INTERNAL})
        super().__init__(*args, **kwargs)
        parties = parties_with_people(case)
        choices: list[tuple[str, Any]] = [(Audience.INTERNAL, _("Internal"))]
        choices += [(f"party:{p.partner_id}", p.partner.name) for p in parties]
        if len(parties) > 1:
            choices.append((Audience.PARTIES, _("All parties")))
        self.fields["audience"].choices = choices  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """Return the text, and who reads it."""
        kind, _colon, partner_id = self.cleaned_data["audience"].partition(":")
        return {
            "body": self.cleaned_data["body"],
            "audience": kind,
            "partner_id": UUID(partner_id) if partner_id else None,
            "asks": self.cleaned_data["asks"],
        }


def form_for(verb: str, case: Case, data: Any = None, aside: str = "") -> VerbForm | None:
    """Return the form a verb needs, None where a click is enough. `aside` is the rule in words that
    it would set aside."""
    form = _form_for(verb, case, data)
    if form is not None and aside:
        form.ask_to_override(aside)
    return form


def _form_for(verb: str, case: Case, data: Any) -> VerbForm | None:
    of_case = {
        "reassign": ReassignForm,
        "grant": GrantForm,
        "revoke": RevokeForm,
        "resolve": ResolveForm,
        "party": PartyForm,
        "complete": CompleteForm,
        "pause": PauseForm,
        "keep_waiting": WaitingForm,
        "severity": SeverityForm,
        "hold": HoldForm,
        "jump": JumpForm,
        "update": UpdateForm,
    }
    if verb in of_case:
        return of_case[verb](data, case=case)
    if verb == "message":
        return MessageForm(data, case=case)
    kinds = {
        "decline": DeclineForm,
        "restrict": ReasonForm,
        "lift": ReasonForm,
        "escalate": ReasonForm,
        "hand_back": ReasonForm,
        "withdraw": ReasonForm,
        "revise": ReasonForm,
        "reopen": ReasonForm,
        "decide": DecideForm,
        "reconcile": ReconcileForm,
    }
    return kinds[verb](data) if verb in kinds else None
