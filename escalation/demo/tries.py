"""What each person of the demo can try: one sentence at the door, some steps at the desk.

Every step names the case it is about by the tale that tells it, so that neither is there without
the other.
"""

from dataclasses import dataclass

from escalation.demo import fjordsound
from escalation.demo.awaiting import EXCLUSIVITY, HARBOUR, WEBSHOP
from escalation.demo.cast import FJORDSOUND, QUELLWERK
from escalation.demo.due_soon import KLINIKUM
from escalation.demo.finished import FIRMWARE
from escalation.demo.precedents import LATE_CLAIM, REFERRAL, TWO_CLAIMS
from escalation.demo.tale import Tale
from escalation.demo.unfinished import (
    COMMISSION,
    DOHA,
    GIBRALTAR,
    LEADS_FELL,
    ROADSHOW,
    STOCK_CREDIT,
)

STAGE_BOXES, LUCERNE = fjordsound.CASES[0], fjordsound.CASES[2]
# Pages: a case's own, its memo, and pages of the vendor's by their names.
CASE, MEMO = "case", "memo"
APPROVALS, MEMOS, SEARCH, RATES = "approvals", "memos", "search", "rates"
AWAY = "absences"


@dataclass(frozen=True, slots=True)
class Hint:
    """One step: what to do, and the page where it is done. `words` are those to search for."""

    text: str
    page: str
    tale: Tale | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """What a person can try. `line` stands on the sign-in page; `tale` is the case it names."""

    line: str
    tale: Tale
    hints: tuple[Hint, ...]


TRIES = {
    (QUELLWERK.slug, "tom"): Try(
        "Answer Alpenwerk about the Klinikum Isartal network, or watch the case climb.",
        KLINIKUM,
        (
            Hint("Acknowledge the Klinikum Isartal case, or wait: it climbs.", CASE, KLINIKUM),
            Hint("Find out why Rheintor's leads fell.", CASE, LEADS_FELL),
            Hint("Read how two claims on one deal ended last time.", MEMO, TWO_CLAIMS),
        ),
    ),
    (QUELLWERK.slug, "lucia"): Try(
        "Review the memo about the webshop that undercut Rheintor, before it is issued.",
        WEBSHOP,
        (
            Hint("Review Petra's memo about the webshop.", MEMO, WEBSHOP),
            Hint("See where the Valencia roadshow went after you escalated it.", CASE, ROADSHOW),
            Hint(
                "Search for Gibraltar: what is restricted is not there.", SEARCH, None, "Gibraltar"
            ),
        ),
    ),
    (QUELLWERK.slug, "grace"): Try(
        "Wait with Brightmoor for the sell-out report that its stock credit needs.",
        STOCK_CREDIT,
        (
            Hint("See for what Brightmoor's stock credit waits.", CASE, STOCK_CREDIT),
            Hint("Take up Al Manar's lead on behalf of Omar, who is away.", CASE, DOHA),
            Hint("Read the memo of the late claim that was paid.", MEMO, LATE_CLAIM),
        ),
    ),
    (QUELLWERK.slug, "omar"): Try(
        "Answer Al Manar, who asks for the next level about a short commission.",
        COMMISSION,
        (
            Hint("Escalate Al Manar's commission, or decline with a reason.", CASE, COMMISSION),
            Hint("Read what was offered for the exclusivity in the Gulf.", CASE, EXCLUSIVITY),
            Hint("Hand over what is under way to Grace, or end your absence.", AWAY),
        ),
    ),
    (QUELLWERK.slug, "petra"): Try(
        "Take up the Valencia roadshow, and hold a case that few may know of.",
        ROADSHOW,
        (
            Hint("Acknowledge the claim for the Valencia roadshow.", CASE, ROADSHOW),
            Hint("See who knows of the Gibraltar case, and until when.", CASE, GIBRALTAR),
            Hint("Look at your memo about the webshop: it is in review.", MEMO, WEBSHOP),
        ),
    ),
    (QUELLWERK.slug, "daniel"): Try(
        "Accept, or not, what was offered for a second distributor in the Gulf.",
        EXCLUSIVITY,
        (
            Hint("Accept the counter for Al Manar's exclusivity, or ask again.", CASE, EXCLUSIVITY),
            Hint("See your request for Lakeshore's fee wait for Marianne.", CASE, HARBOUR),
        ),
    ),
    (QUELLWERK.slug, "marianne"): Try(
        "Decide on a fee of €38,000 for Lakeshore's harbour account.",
        HARBOUR,
        (
            Hint("Approve, deny or counter Lakeshore's fee of €38,000.", APPROVALS, HARBOUR),
            Hint("Read what an 8 % referral fee was paid for before.", MEMO, REFERRAL),
            Hint("Say what is learned of how the Gulf case came to you.", CASE, EXCLUSIVITY),
        ),
    ),
    (QUELLWERK.slug, "henrik"): Try(
        "Decide in Marianne's place on the fee for Lakeshore's harbour account.",
        HARBOUR,
        (
            Hint("Decide on Lakeshore's fee on Marianne's behalf.", APPROVALS, HARBOUR),
            Hint("Read the restricted Gibraltar case: yours is a seat above.", CASE, GIBRALTAR),
        ),
    ),
    (QUELLWERK.slug, "ines"): Try(
        "Give the case of Rheintor's leads to a colleague, and say what a dollar is worth.",
        LEADS_FELL,
        (
            Hint("Give the case of Rheintor's leads to a colleague.", CASE, LEADS_FELL),
            Hint("Set today's exchange rate of the dollar.", RATES),
            Hint("See whether every open case has an owner and a clock.", "health"),
        ),
    ),
    (QUELLWERK.slug, "pavel"): Try(
        "Read how two claims on the Stadtwerke Nord switches ended, and what was measured later.",
        TWO_CLAIMS,
        (
            Hint("Compare both versions of the Stadtwerke Nord memo.", MEMO, TWO_CLAIMS),
            Hint("Follow the trail of the firmware case.", CASE, FIRMWARE),
            Hint("See when every open case was looked over last.", "health"),
        ),
    ),
    (QUELLWERK.slug, "ruth"): Try(
        "Look for the Klinikum Isartal network: a custodian opens sealed reports, nothing else.",
        KLINIKUM,
        (Hint("Search for the Klinikum: it is not there for you.", SEARCH, None, "Klinikum"),),
    ),
    (QUELLWERK.slug, "jonas"): Try(
        "Bring two partners together over a port operator in Gibraltar, for nine days.",
        GIBRALTAR,
        (
            Hint("Write down what both sides said about Gibraltar.", CASE, GIBRALTAR),
            Hint("Read the memos that may be cited.", MEMOS),
        ),
    ),
    (QUELLWERK.slug, "anna"): Try(
        "Follow the Klinikum Isartal network, which Alpenwerk logged here.",
        KLINIKUM,
        (
            Hint("See who has the Klinikum Isartal case, and by when.", CASE, KLINIKUM),
            Hint("Confirm that you have read the firmware memo.", MEMO, FIRMWARE),
            Hint("Log another dispute: it takes two minutes.", "log"),
        ),
    ),
    (QUELLWERK.slug, "marc"): Try(
        "See what was decided about the webshop that sells below Rheintor's buy price.",
        WEBSHOP,
        (
            Hint("Read the decision about the webshop.", CASE, WEBSHOP),
            Hint("Read your copy of the Stadtwerke Nord memo.", MEMO, TWO_CLAIMS),
        ),
    ),
    (QUELLWERK.slug, "carmen"): Try(
        "Follow the refused funds for the Valencia roadshow up the ladder.",
        ROADSHOW,
        (
            Hint("See who decides on the Valencia roadshow now.", CASE, ROADSHOW),
            Hint("Read the memo on the Marisol hotels.", MEMO, REFERRAL),
        ),
    ),
    (QUELLWERK.slug, "paul"): Try(
        "Answer what Quellwerk asks about Brightmoor's stock credit.",
        STOCK_CREDIT,
        (
            Hint("Answer: the sell-out report is asked for.", CASE, STOCK_CREDIT),
            Hint("Read the memo on the Manchester roadshow.", MEMO, LATE_CLAIM),
        ),
    ),
    (QUELLWERK.slug, "yusuf"): Try(
        "Wait for an answer about a commission that is short again.",
        COMMISSION,
        (
            Hint("See your request for the next person wait.", CASE, COMMISSION),
            Hint("Follow the second distributor in the Gulf.", CASE, EXCLUSIVITY),
        ),
    ),
    (QUELLWERK.slug, "dana"): Try(
        "Follow the harbour account that Quellwerk's direct team quoted.",
        HARBOUR,
        (
            Hint("See by when the harbour account is decided.", CASE, HARBOUR),
            Hint("Read the firmware memo, and what Lakeshore agreed to do.", MEMO, FIRMWARE),
        ),
    ),
    (FJORDSOUND.slug, "nils"): Try(
        "Answer Alpenwerk about the Lucerne concert hall.",
        LUCERNE,
        (
            Hint("Acknowledge the case of the Lucerne concert hall.", CASE, LUCERNE),
            Hint("Search for Klinikum: it is another vendor's.", SEARCH, None, "Klinikum"),
        ),
    ),
    (FJORDSOUND.slug, "sigrid"): Try(
        "Watch whether the Lucerne concert hall is answered in time.",
        LUCERNE,
        (Hint("See by when the Lucerne concert hall comes to you.", CASE, LUCERNE),),
    ),
    (FJORDSOUND.slug, "astrid"): Try(
        "Look after a small programme: two levels, and the stage boxes without power supplies.",
        STAGE_BOXES,
        (
            Hint("Read how the stage boxes were settled.", CASE, STAGE_BOXES),
            Hint("Look at a ladder of two levels.", "policy"),
        ),
    ),
    (FJORDSOUND.slug, "jonas"): Try(
        "Work for a second vendor, which has a Lucerne concert hall and no Gibraltar.",
        LUCERNE,
        (
            Hint("Read the case of the Lucerne concert hall.", CASE, LUCERNE),
            Hint("Search for Gibraltar: it is another vendor's.", SEARCH, None, "Gibraltar"),
        ),
    ),
    (FJORDSOUND.slug, "beat"): Try(
        "Follow the registration for the Lucerne concert hall.",
        LUCERNE,
        (Hint("Read what was written about the Lucerne concert hall.", CASE, LUCERNE),),
    ),
    (FJORDSOUND.slug, "kari"): Try(
        "Read how the stage boxes without power supplies were settled.",
        STAGE_BOXES,
        (Hint("Read the case of the stage boxes.", CASE, STAGE_BOXES),),
    ),
}
