"""What each kind of event says, in a sentence: for the timeline, the bell and e-mail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from cases.models import Act, Finding, Outcome, PartyRole
from cases.moments import when_words
from ladder.models import Severity

Names = Mapping[UUID, str]
# The facts of an event that name somebody by id.
PEOPLE = ("owner", "previous_owner", "person", "on_behalf_of", "acted_for")
# Those that say in whose place, which no partner is told.
PRINCIPALS = ("on_behalf_of", "acted_for")


class Whole(str):
    """A sentence that is whole by itself: nobody belongs in front of it, whoever did it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of event looks: its place in the timeline, its icon, its sentence, which goes on
    from who did it unless it is `Whole`."""

    shape: str
    icon: str
    sentence: Callable[[Mapping[str, Any], Names], str]
    # The few words of a mail's subject, to be translated; nothing special where empty.
    subject: str = ""
    # Whether the sentence itself says in whose place it was done.
    says_for_whom: bool = False


def _name(facts: Mapping[str, Any], key: str, names: Names) -> str:
    value = facts.get(key)
    return names.get(UUID(value), _("somebody")) if value else _("nobody")


def owner_words(facts: Mapping[str, Any], names: Names) -> str:
    """Return whose turn it is from then on, and in whose place where that is another's."""
    owner = _name(facts, "owner", names)
    return for_whom(owner, facts.get("on_behalf_of"), names)


def for_whom(name: str, principal: str | None, names: Names) -> str:
    """Return somebody's name with that of whom they stand in for, where they do."""
    if not principal:
        return name
    values = {"name": name, "principal": names.get(UUID(principal), _("somebody"))}
    return _("%(name)s for %(principal)s") % values


def acted_for(event_kind: str, facts: Mapping[str, Any]) -> str | None:
    """Return in whose place something was done, None where the sentence says so, or it was in
    nobody's. Beside an owner `on_behalf_of` is about that one."""
    if kind_of(event_kind).says_for_whom:
        return None
    return facts.get("acted_for" if "owner" in facts else "on_behalf_of")


def _clock(facts: Mapping[str, Any]) -> str:
    return {
        "response": _("answer"),
        "decision": _("decision"),
        "total": _("resolution"),
        "request": _("answer to the partner's request"),
        "approval": _("decision on the concession"),
        "action": _("action"),
        "update": _("next update to the parties"),
    }.get(str(facts.get("kind")), "")


def _opened(facts: Mapping[str, Any], names: Names) -> str:
    if facts.get("source") == "import":
        return Whole(_("The case was imported."))
    values = {"owner": _name(facts, "owner", names)}
    if facts.get("on_behalf_of"):
        values["principal"] = _name(facts, "on_behalf_of", names)
        return _("opened the case. It is %(owner)s's turn, for %(principal)s.") % values
    return _("opened the case. It is %(owner)s's turn.") % values


def _escalated(facts: Mapping[str, Any], names: Names) -> str:
    values = {"to": facts["to"], "owner": owner_words(facts, names), "what": _clock(facts)}
    if facts.get("cause") == "clock":
        said = _("No %(what)s in time: escalated to level %(to)s by the clock, to %(owner)s.")
        return Whole(said % values)
    return _("escalated to level %(to)s, to %(owner)s.") % values


def _handed_back(facts: Mapping[str, Any], names: Names) -> str:
    values = {"to": facts["to"], "owner": owner_words(facts, names)}
    if facts.get("veto"):
        return _("sent the automatic escalation back to level %(to)s, to %(owner)s.") % values
    return _("handed the case back to level %(to)s, to %(owner)s.") % values


def _warning(facts: Mapping[str, Any], _names: Names) -> str:
    values = {"share": facts.get("share"), "what": _clock(facts)}
    return Whole(_("%(share)s %% of the time for the %(what)s is used.") % values)


def _breached(facts: Mapping[str, Any], _names: Names) -> str:
    return Whole(_("The window for the %(what)s was missed.") % {"what": _clock(facts)})


def _decided(facts: Mapping[str, Any], _names: Names) -> str:
    outcome = Outcome(facts["outcome"]).label
    return _("decided: %(outcome)s.") % {"outcome": str(outcome).lower()}


def _paused(facts: Mapping[str, Any], _names: Names) -> str:
    waits = {
        "user_info": _("the partner's information"),
        "problem": _("a known problem's solution"),
        "vendor": _("a supplier"),
        "evidence": _("evidence"),
        "answer": _("an answer"),
        "customer": _("the customer's decision"),
        "third_party": _("somebody outside the dispute"),
        "standstill": _("the end of an agreed standstill"),
    }
    what = waits.get(str(facts.get("reason")), _("somebody else"))
    if facts.get("pause"):
        return _("stopped the clocks: waiting for %(what)s.") % {"what": what}
    return Whole(_("The clocks stopped: waiting for %(what)s.") % {"what": what})


def _resumed(facts: Mapping[str, Any], _names: Names) -> str:
    # What ended by itself, or with what else was done, is nobody's deed of its own.
    return {
        "answered": _("answered: the clocks run again."),
        "cap": Whole(_("The longest time for a pause is over: the clocks run again.")),
        "resumed": _("let the clocks run again."),
    }.get(str(facts.get("cause")), Whole(_("The clocks run again.")))


def _reopened(facts: Mapping[str, Any], _names: Names) -> str:
    if facts.get("cause") == "person":
        return _("opened the case again.")
    return Whole(_("The case was opened again."))


def _held(facts: Mapping[str, Any], _names: Names) -> str:
    values = {"until": when_words(datetime.fromisoformat(facts["until"]))}
    return _("held the window until %(until)s.") % values


def _rebased(facts: Mapping[str, Any], _names: Names) -> str:
    clocks = facts.get("clocks", ())
    moved = sum(one["due_at"] != one["due_before"] for one in clocks)
    text = ngettext(
        "put %(n)s clock on the rules of today; due times that changed: %(moved)s.",
        "put %(n)s clocks on the rules of today; due times that changed: %(moved)s.",
        len(clocks),
    )
    return text % {"n": len(clocks), "moved": moved}


def _severity(facts: Mapping[str, Any], _names: Names) -> str:
    values = {name: str(Severity(facts[name]).label).lower() for name in ("before", "severity")}
    return _("changed the severity from %(before)s to %(severity)s.") % values


def _reconciled(facts: Mapping[str, Any], _names: Names) -> str:
    values = {
        "act": str(Act(facts["act"]).label).lower(),
        "finding": str(Finding(facts["finding"]).label).lower(),
    }
    return _("reconciled an override (%(act)s): %(finding)s.") % values


def _handed_over(facts: Mapping[str, Any], _names: Names) -> str:
    values = {"before": facts.get("from_group"), "after": facts.get("to_group")}
    return Whole(_("Handed over from group %(before)s to group %(after)s.") % values)


def _alarm(facts: Mapping[str, Any], _names: Names) -> str:
    if facts.get("to"):
        said = _(
            "The case was not resolved in time: it went to level %(to)s, and the admins were told."
        )
        return Whole(said % {"to": facts["to"]})
    if facts.get("kind") == "total":
        return Whole(_("The case was not resolved in time: the admins were told."))
    if facts.get("kind") == "approval":
        return Whole(
            _("The concession was not decided in time, and nobody above can: the admins were told.")
        )
    return Whole(_("Nobody is above this level: the admins were told."))


def alarm_subject(facts: Mapping[str, Any]) -> str:
    """Return the few words of an alarm in a mail's subject."""
    if facts.get("to") or facts.get("kind") == "total":
        return _("Not resolved in time")
    if facts.get("kind") == "approval":
        return _("A concession was not decided in time")
    return _("A window was missed at the top")


def _closed(facts: Mapping[str, Any], _names: Names) -> str:
    if facts.get("cause") == "person":
        return _("closed the case.")
    if facts.get("cause") == "import":
        return Whole(_("Closed, as the imported record says."))
    return Whole(_("The case closed by itself."))


def _plain(text: str) -> Callable[[Mapping[str, Any], Names], str]:
    return lambda _facts, _names: _(text)


def _whole(text: str) -> Callable[[Mapping[str, Any], Names], str]:
    return lambda _facts, _names: Whole(_(text))


def _reassigned(facts: Mapping[str, Any], names: Names) -> str:
    return _("gave the case to %(owner)s.") % {"owner": owner_words(facts, names)}


def _delegated(facts: Mapping[str, Any], names: Names) -> str:
    values = {
        "owner": _name(facts, "owner", names),
        "principal": _name(facts, "on_behalf_of", names),
    }
    if facts.get("taken"):
        said = _("took over what %(principal)s has to do here, and stands in for them.")
    elif facts.get("turn"):
        said = _("handed the case over to %(owner)s, who stands in for %(principal)s.")
    else:
        said = _("put to %(owner)s, who stands in, what was asked of %(principal)s here.")
    return said % values


def _party_added(facts: Mapping[str, Any], _names: Names) -> str:
    role = PartyRole(facts["role"]).label
    return _("added a party: %(role)s.") % {"role": str(role).lower()}


def _granted(facts: Mapping[str, Any], names: Names) -> str:
    until = when_words(datetime.fromisoformat(facts["until"]))
    values = {"person": _name(facts, "person", names), "until": until}
    return _("let %(person)s see the case until %(until)s.") % values


def _revoked(facts: Mapping[str, Any], names: Names) -> str:
    return _("took back %(person)s's right to see the case.") % {
        "person": _name(facts, "person", names)
    }


def _asked_higher(facts: Mapping[str, Any], names: Names) -> str:
    values = {"to": facts["to"], "owner": owner_words(facts, names)}
    said = _("No decision on the concession in time: it went to level %(to)s, to %(owner)s.")
    return Whole(said % values)


KINDS: dict[str, Kind] = {
    "case.opened": Kind("event", "plus", _opened),
    "case.acknowledged": Kind("event", "check", _plain(gettext_noop("took the case up."))),
    "case.message": Kind("message", "mail", _plain("")),
    "case.escalated": Kind("escalation", "up", _escalated),
    "case.handed_back": Kind("event", "back", _handed_back),
    "case.reassigned": Kind("event", "switch", _reassigned),
    "case.delegated": Kind("event", "away", _delegated),
    "case.decided": Kind("event", "check", _decided),
    "case.revised": Kind("event", "refresh", _plain(gettext_noop("took the decision up again."))),
    "case.resolved": Kind("event", "check", _plain(gettext_noop("resolved the case."))),
    "case.closed": Kind("event", "ended", _closed),
    "case.paused": Kind("event", "pause", _paused),
    "case.resumed": Kind("event", "play", _resumed),
    "case.repaired": Kind(
        "event",
        "refresh",
        _whole(gettext_noop("The due times were derived again from what happened.")),
    ),
    "case.due_moved": Kind(
        "event",
        "clock",
        _whole(gettext_noop("A due time was worked out again, and is another one now.")),
        gettext_noop("Another due time"),
    ),
    "case.held": Kind("event", "clock", _held),
    "case.rebased": Kind(
        "event", "refresh", _rebased, gettext_noop("Running clocks on the rules of today")
    ),
    "rebase.asked": Kind(
        "event", "refresh", _plain(gettext_noop("asked for a re-base of running clocks."))
    ),
    "rebase.approved": Kind(
        "event", "check", _plain(gettext_noop("approved the re-base of running clocks."))
    ),
    "rebase.turned_down": Kind(
        "event", "back", _plain(gettext_noop("turned the re-base of running clocks down."))
    ),
    "rebase.done": Kind(
        "event", "check", _whole(gettext_noop("The re-base of running clocks is carried out."))
    ),
    "rebase.stopped": Kind(
        "event",
        "late",
        _whole(gettext_noop("The re-base of running clocks was stopped: the rules have changed.")),
    ),
    "case.severity_changed": Kind("event", "switch", _severity),
    "case.pause.review": Kind(
        "warning",
        "pause",
        _whole(gettext_noop("Time to look whether the pause still has its reason.")),
    ),
    "case.pause.kept": Kind("event", "pause", _plain(gettext_noop("decided to keep waiting."))),
    "case.reconciled": Kind(
        "event", "check", _reconciled, gettext_noop("An override was looked at")
    ),
    "case.update": Kind(
        "message", "flag", _plain(gettext_noop("shared an update.")), gettext_noop("An update")
    ),
    "case.handed_over": Kind("event", "switch", _handed_over),
    "case.reopened": Kind("event", "refresh", _reopened),
    "case.requested": Kind("message", "up", _plain(gettext_noop("asked for the next level."))),
    "case.declined": Kind(
        "message", "back", _plain(gettext_noop("declined the request for the next level."))
    ),
    "case.edited": Kind(
        "event", "draft", _plain(gettext_noop("changed what is told of the case."))
    ),
    "case.party_added": Kind("event", "users", _party_added),
    "case.restricted": Kind("event", "lock", _plain(gettext_noop("restricted the case."))),
    "case.unrestricted": Kind(
        "event", "eye", _plain(gettext_noop("made the case known to all staff again."))
    ),
    "case.granted": Kind("event", "eye", _granted),
    "case.revoked": Kind("event", "lock", _revoked),
    "case.approval.escalated": Kind("escalation", "up", _asked_higher),
    "case.withdrawn": Kind("event", "ended", _plain(gettext_noop("withdrew the case."))),
    "case.clock.warning": Kind("warning", "soon", _warning),
    "case.clock.breached": Kind("warning", "late", _breached),
    "case.alarm": Kind("escalation", "late", _alarm),
    "case.reminder": Kind(
        "warning", "late", _whole(gettext_noop("The missed window is still open."))
    ),
    "case.unowned": Kind("escalation", "late", _whole(gettext_noop("Nobody holds this level."))),
}
UNKNOWN = Kind("event", "info", _whole(gettext_noop("The record was extended.")))


def register_kinds(kinds: Mapping[str, Kind]) -> None:
    """Let an upper app say how its kinds of event look, by their names."""
    KINDS.update(kinds)


def kind_of(event_kind: str) -> Kind:
    """Return how a kind of event looks; imports bring kinds of their own."""
    return KINDS.get(event_kind, UNKNOWN)


def sentence(event_kind: str, facts: Mapping[str, Any], names: Names) -> str:
    """Return what happened, without who did it."""
    return kind_of(event_kind).sentence(facts, names)


def with_who(who: str, said: str) -> str:
    """Return what happened with who did it in front, unless it is whole without; what was imported
    says of nobody that they did it."""
    return str(said) if isinstance(said, Whole) else f"{who or _('Somebody')} {said}"


def people_in(facts: Mapping[str, Any]) -> set[UUID]:
    """Return the people an event's facts name by id."""
    return {UUID(facts[key]) for key in PEOPLE if facts.get(key)}
