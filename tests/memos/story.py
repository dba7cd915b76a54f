"""Memos in every state, reached by verbs."""

from datetime import date, timedelta
from typing import Any

from cases.models import Case, Party
from memos.actions.issue import issue_memo
from memos.actions.memo import ActionText, Contents, CopyText, draft_memo, edit_memo
from memos.actions.review import ask_review, review_memo
from memos.models import Memo, MemoAction, MemoCopy
from partners.models import Partner
from tests.cases.verbs import HOUR, do
from tests.factories import OPENED, World

AT = OPENED + HOUR
DUE = date(2026, 12, 4)
SECTIONS = {
    "dispute": "Two partners claim one deal.",
    "findings": "The customer's letter is proven.",
    "decision": "The customer's choice holds.",
    "risk": "Idle protection.",
    "compensation": "None.",
    "outcomes": "140 registered in 90 days.",
}
INTERNAL = "Zebrafish, for our eyes only"


def two_parties(world: World, **facts: Any) -> Case:
    """Open a case of Alpenwerk against Rheintor, held by Tom."""
    facts.setdefault("others", ((world.partners["rheintor"], "respondent"),))
    return world.case(**facts)


def contents(world: World, memo: Memo, **changes: Any) -> Contents:
    """Return what Tom writes: a copy for each party, an action for Tom and one for Alpenwerk."""
    parties = Party.objects.filter(case_id=memo.case_id).select_related("partner")
    said: dict[str, Any] = {
        "title": INTERNAL,
        "sections": SECTIONS,
        "copies": tuple(
            CopyText(p.partner_id, f"Heading of {p.partner.slug}", f"For {p.partner.slug} alone.")
            for p in parties
        ),
        "actions": (
            ActionText("Find a lead", DUE, owner_id=world["tom"].user_id),
            ActionText("Send the plan", DUE, partner_id=world.partners["alpenwerk"].pk),
        ),
    }
    return Contents(**(said | changes))


def drafted(world: World, case: Case | None = None) -> Memo:
    """Return a draft by Tom, as the case fills it."""
    return draft_memo(case or two_parties(world), by=world["tom"], at=AT)


def written(world: World, case: Case | None = None, **changes: Any) -> Memo:
    """Return a draft that Tom has written out."""
    memo = drafted(world, case)
    said = contents(world, memo, **changes)
    return edit_memo(memo, by=world["tom"], at=AT, revision=memo.revision, contents=said)


def asked(world: World, case: Case | None = None, **changes: Any) -> Memo:
    """Return a memo that Petra is asked to review."""
    memo = written(world, case, **changes)
    return ask_review(memo, by=world["tom"], at=AT, reviewer_id=world["petra"].user_id)


def reviewed(world: World, case: Case | None = None, **changes: Any) -> Memo:
    """Return a memo that Petra has reviewed, of a case that Tom has decided."""
    case = case or two_parties(world)
    if case.status in ("new", "in_progress"):
        do(world, "decide", case, at=AT)
    memo = asked(world, case, **changes)
    return review_memo(memo, by=world["petra"], at=AT, agree=True)


def issued(world: World, case: Case | None = None, **changes: Any) -> Memo:
    """Return a memo that Tom has issued."""
    return issue_memo(reviewed(world, case, **changes), by=world["tom"], at=AT)


def doubtful(world: World) -> Memo:
    """Return a reviewed memo whose copy for Alpenwerk has words that may name Rheintor."""
    Partner.objects.filter(slug="rheintor").update(name="Rheintor Distribution GmbH")
    memo = reviewed(world)
    own = world.partners["alpenwerk"].pk
    MemoCopy.objects.filter(memo=memo, partner_id=own).update(
        body="Rheintors word: Rhein tor Distribution."
    )
    return memo


def in_state(world: World, state: str) -> Memo:
    """Return a memo in a state: draft, in_review, reviewed or issued."""
    ways = {"draft": written, "in_review": asked, "reviewed": reviewed, "issued": issued}
    return Memo.objects.get(pk=ways[state](world).pk)


def action_of(memo: Memo, what: str) -> MemoAction:
    """Return one of a memo's actions by what it says."""
    return MemoAction.objects.select_related("memo__case").get(memo_id=memo.pk, what=what)


LONG_AGO = timedelta(days=400)
