"""What is filled in when somebody is away."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ladder.absences import LONGEST_NOTE, NewAbsence
from tenants.models import Membership

OTHER, OPEN_ENDED = "other", "open"
LOCAL = "%Y-%m-%dT%H:%M"
DAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)


def moment(label: Any, **kwargs: Any) -> forms.DateTimeField:
    """Return the field of a local date and time."""
    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "class": "p-instant"}, format=LOCAL
    )
    return forms.DateTimeField(label=label, widget=widget, **kwargs)


class UntilField(forms.ChoiceField):
    """When somebody is back: one of the mornings that were offered, also where others would be
    offered by now."""

    def valid_value(self, value: Any) -> bool:
        """Whether it is one of the choices, or an instant."""
        return super().valid_value(value) or instant(value) is not None


def instant(text: str) -> datetime | None:
    """Return an instant as it was offered; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


class AbsenceForm(forms.Form):
    """When somebody is away, and who stands in. All of it is filled in beforehand, as it mostly is.

    `warned` holds the levels of which the page has said that nobody would be left there.
    """

    until = UntilField(label=_("Back"), widget=forms.RadioSelect)
    ends_at = moment(
        _("Another time"), required=False, help_text=_("Only with “at another time” above.")
    )
    delegate = forms.ChoiceField(
        label=_("Who stands in"),
        required=False,
        help_text=_("They get new work on behalf of who is away, and may act on what is there."),
    )
    starts_at = moment(_("Away from"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Only on some days of each week"),
        required=False,
        coerce=int,
        choices=DAYS,
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=_("Read by who is away and by admins, nobody else."),
    )
    warned = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        person: Membership,
        mornings: Sequence[datetime],
        colleagues: Sequence[Membership],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        offered = [(at.isoformat(), _offer(at)) for at in mornings]
        self.fields["until"].choices = [  # type: ignore[attr-defined]
            *offered,
            (OTHER, _("at another time")),
            (OPEN_ENDED, _("not known yet: until it is ended here")),
        ]
        self.fields["delegate"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody: the backups of my seats")),
            *((str(one.user_id), _named(one)) for one in colleagues),
        ]
        zone = {"zone": person.user.timezone}
        hint = _("Whole days in %(zone)s. None chosen is all of the time.") % zone
        self.fields["weekdays"].help_text = hint

    def at_hand(self) -> list[forms.BoundField]:
        """Return what is mostly looked at, and what goes with the form unseen."""
        return [self[name] for name in ("until", "ends_at", "delegate", "warned")]

    def rest(self) -> list[forms.BoundField]:
        """Return what is mostly left as it is."""
        return [self[name] for name in ("starts_at", "weekdays", "note")]

    def rest_is_used(self) -> bool:
        """Whether any of it was filled in, or is wrong."""
        return any(field.errors for field in self.rest()) or bool(
            self.is_bound and (self["weekdays"].value() or self["note"].value())
        )

    def clean(self) -> dict[str, Any]:
        """Ask for the other time where it was chosen."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("until") == OTHER and not given.get("ends_at") and "ends_at" in given:
            self.add_error("ends_at", _("Say when."))
        return given

    def absence(self) -> NewAbsence:
        """Return what was filled in, as the verb takes it."""
        given = self.cleaned_data
        ends_at = given["ends_at"] if given["until"] == OTHER else instant(given["until"])
        return NewAbsence(
            person_id=self.person.user_id,
            starts_at=given["starts_at"],
            delegate_id=_id(given["delegate"]),
            ends_at=ends_at,
            weekdays=tuple(given["weekdays"]),
            zone=self.person.user.timezone,
            note=given["note"],
        )


def _offer(at: datetime) -> str:
    return date_format(timezone.localtime(at), "l j F, H:i")


def _named(member: Membership) -> str:
    return f"{member.user.name}, {member.title}" if member.title else member.user.name


def _id(text: str) -> Any:
    return forms.UUIDField().to_python(text) if text else None
