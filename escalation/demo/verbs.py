"""The verbs of the demo's story: those that people use, with the things they are about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cases import actions, confidential, pausing, requests, updates
from cases.models import Case
from escalation.demo.moments import Moment
from escalation.demo.tale import Duty, MemoText, Step
from ladder.worktime import Rules
from memos.actions import concession as concessions
from memos.actions import followup, issue, memo, review
from memos.models import Concession, Memo, MemoAction, MemoCopy
from memos.terms import Ask
from partners.models import Partner
from tenants.models import Membership

CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Scene:
    """A case of the story, who takes part in it, and from when its moments count."""

    people: dict[str, Membership]
    partners: dict[str, Partner]
    case: Case
    rules: Rules
    now: datetime

    def at(self, moment: Moment) -> datetime:
        """Return the instant of a moment."""
        return moment.instant(self.now, self.rules)

    def actor(self, step: Step) -> dict[str, Any]:
        """Return who acts, and when."""
        return {"by": self.people[step.who], "at": self.at(step.when)}

    def words(self, step: Step) -> dict[str, Any]:
        """Return a verb's further arguments, as it knows them."""
        words = {
            name: self.at(value) if isinstance(value, Moment) else value
            for name, value in step.words.items()
        }
        if step.to:
            words["partner_id"] = self.partners[step.to].pk
        return words

    def memo(self) -> Memo:
        """Return the memo written last."""
        return Memo.objects.filter(case=self.case).order_by("-version")[0]


def play(scene: Scene, step: Step) -> None:
    """Use one verb."""
    verb = OF_CASE.get(step.verb)
    if verb is not None:
        verb(scene.case, **scene.actor(step), **scene.words(step))
    else:
        OTHERS[step.verb](scene, step)


def grant(scene: Scene, step: Step) -> None:
    """Let one colleague in."""
    person = scene.people[step.person].user_id
    confidential.grant_access(scene.case, user_id=person, **scene.actor(step), **scene.words(step))


def stand_still(scene: Scene, step: Step) -> None:
    """Stop the clocks until a party answers; somebody looks again when work begins on a day."""
    words = scene.words(step)
    day = words.pop("review").astimezone(UTC).date()
    review_by = pausing.review_instant(scene.case, day)
    pausing.pause(scene.case, review_by=review_by, **scene.actor(step), **words)


def wish(scene: Scene, step: Step) -> None:
    """Ask for a concession."""
    words = scene.words(step)
    ask = Ask(words.pop("kind"), words.pop("amount"), CURRENCY)
    concessions.request_concession(scene.case, ask, **scene.actor(step), **words)


def rule(scene: Scene, step: Step) -> None:
    """Decide what was asked for last."""
    last = Concession.objects.filter(case=scene.case).order_by("-number")[0]
    concessions.decide_concession(last, **scene.actor(step), **scene.words(step))


def write(scene: Scene, step: Step) -> None:
    """Write the memo: its sections, what each party reads under the heading it has, its duties."""
    found, text = scene.memo(), step.words["text"]
    memo.edit_memo(
        found, revision=found.revision, contents=contents(scene, found, text), **scene.actor(step)
    )


def contents(scene: Scene, found: Memo, text: MemoText) -> memo.Contents:
    """Return a memo's text as the verb takes it."""
    slugs = {partner.pk: slug for slug, partner in scene.partners.items()}
    copies = MemoCopy.objects.filter(memo=found)
    return memo.Contents(
        found.title,
        text.sections,
        tuple(
            memo.CopyText(copy.partner_id, copy.title, text.copies[slugs[copy.partner_id]])
            for copy in copies
        ),
        tuple(bound(scene, duty) for duty in text.duties),
    )


def bound(scene: Scene, duty: Duty) -> memo.ActionText:
    """Return one action of a memo."""
    return memo.ActionText(
        duty.what,
        duty.due.local_date(scene.now, scene.rules),
        owner_id=scene.people[duty.who].user_id if duty.who else None,
        partner_id=scene.partners[duty.partner].pk if duty.partner else None,
    )


def ask_for_review(scene: Scene, step: Step) -> None:
    """Ask a colleague to read the memo."""
    reviewer = scene.people[step.person].user_id
    review.ask_review(scene.memo(), reviewer_id=reviewer, **scene.actor(step))


def complete(scene: Scene, step: Step) -> None:
    """Say that one of the memo's actions is done."""
    words = scene.words(step)
    found = MemoAction.objects.filter(memo=scene.memo(), position=words.pop("position"))
    action = found.select_related("memo__case").get()
    followup.complete_action(action, **scene.actor(step), **words)


def of_memo(verb: Callable[..., object]) -> Callable[[Scene, Step], None]:
    """Return a verb about the memo written last."""

    def about(scene: Scene, step: Step) -> None:
        verb(scene.memo(), **scene.actor(step), **scene.words(step))

    return about


OF_CASE: dict[str, Callable[..., object]] = {
    "acknowledge": actions.acknowledge,
    "add_message": actions.add_message,
    "share_update": updates.share_update,
    "escalate": actions.escalate,
    "hand_back": actions.hand_back,
    "decide": actions.decide,
    "resolve": actions.resolve,
    "close": actions.close,
    "withdraw": actions.withdraw,
    "request_level": requests.request_level,
    "restrict": confidential.restrict,
    "draft_memo": memo.draft_memo,
}
OTHERS: dict[str, Callable[[Scene, Step], None]] = {
    "pause": stand_still,
    "grant_access": grant,
    "request_concession": wish,
    "decide_concession": rule,
    "edit_memo": write,
    "ask_review": ask_for_review,
    "complete_action": complete,
    "succeed_memo": of_memo(memo.succeed_memo),
    "review_memo": of_memo(review.review_memo),
    "issue_memo": of_memo(issue.issue_memo),
    "acknowledge_memo": of_memo(followup.acknowledge_memo),
}
