"""The first draft of a memo: what the case already says, in the memo's sections."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cases.models import Case, Message, MessageKind, Outcome, Party, PartyRole
from cases.queries import parties_with_people
from ladder.money import amount_text, plain_amount
from memos.models import Concession, Memo, MemoCopy
from memos.redaction import without


def first_draft(memo: Memo) -> list[MemoCopy]:
    """Fill a new memo's sections from its case; return what each party might read, unsaved."""
    case, parties = memo.case, parties_with_people(memo.case)
    granted = approved(case)
    memo.title = case.title
    memo.dispute = dispute_of(case, parties)
    memo.findings = findings_of()
    memo.decision = decision_of(case)
    memo.compensation = "\n".join(f"- {granted_line(c, to=c.partner.name)}" for c in granted)
    return [copy_for(memo, party, parties, granted) for party in parties]


def approved(case: Case) -> list[Concession]:
    """Return what was conceded in a case."""
    found = Concession.objects.filter(case_id=case.pk, state="approved").select_related("partner")
    return list(found.order_by("number"))


def dispute_of(case: Case, parties: list[Party]) -> str:
    """Return who asks what of whom, as it was logged."""
    raised = [p.partner.name for p in parties if p.role == PartyRole.COMPLAINANT]
    others = [p.partner.name for p in parties if p.role != PartyRole.COMPLAINANT]
    who = _("%(who)s raised a dispute. Kind: %(category)s.") % {
        "who": _(" and ").join(raised),
        "category": case.category.name,
    }
    named = _("Also concerned: %(names)s.") % {"names": ", ".join(others)} if others else ""
    asked = str(case.fields.get("expected_outcome", "")).strip()
    asks = _("Asked for: %(what)s") % {"what": asked} if asked else ""
    return paragraphs(f"{who} {named}".strip(), case.description, asks)


def findings_of() -> str:
    """Return the two questions that findings answer, as headings to write under."""
    return f"### {_('Proven, and by what')}\n\n- \n\n### {_('Still open')}\n\n- "


def decision_of(case: Case) -> str:
    """Return the holder's word on the dispute, where it was given."""
    if not case.outcome:
        return ""
    said = Message.objects.filter(case_id=case.pk, kind=MessageKind.DECISION).order_by("-at", "-id")
    last = said.first()
    label = str(Outcome(case.outcome).label)
    return paragraphs(f"**{label}**", last.body if last else "")


def granted_line(granted: Concession, *, to: str = "") -> str:
    """Return one concession in a line: its kind, amount and condition."""
    amount = amount_text(granted.amount, granted.currency)
    percent = f"{plain_amount(granted.percent)} %" if granted.percent else ""
    value = ", ".join(part for part in (amount, percent) if part)
    line = f"{granted.get_kind_display()}: {value}".removesuffix(": ")
    line = _("%(what)s, to %(partner)s") % {"what": line, "partner": to} if to else line
    given = [c.strip() for c in (granted.condition, granted.conditions) if c.strip()]
    if not given:
        return line
    conditions = "; ".join([*(c.rstrip(".") for c in given[:-1]), given[-1]])
    return _("%(what)s. Condition: %(condition)s") % {"what": line, "condition": conditions}


def copy_for(
    memo: Memo, party: Party, parties: Iterable[Party], granted: Iterable[Concession]
) -> MemoCopy:
    """Return what one party might read: its own matter, the decision, what it receives. Others
    are called "another partner"."""
    rivals = [p.partner.name for p in parties if p.partner_id != party.partner_id]
    own = [f"- {granted_line(c)}" for c in granted if c.partner_id == party.partner_id]
    about = _("This is about: %(category)s.") % {"category": memo.case.category.name}
    if rivals:
        about += " " + _("Another partner is concerned too.")
    body = paragraphs(
        f"### {_('What it is about')}",
        about,
        f"### {_('What was decided')}",
        memo.decision,
        f"### {_('What you receive')}" if own else "",
        "\n".join(own),
    )
    return MemoCopy(
        tenant_id=memo.tenant_id,
        partner_id=party.partner_id,
        title=without(party.title, rivals, _("another partner"))[:200],
        body=without(body, rivals, _("another partner")),
    )


def paragraphs(*parts: str) -> str:
    """Return parts of a text with an empty line between them; empty ones are left out."""
    return "\n\n".join(part.strip() for part in parts if part.strip())
