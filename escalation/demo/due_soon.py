"""The case that is about to be missed: one waits at every start, another after every restart."""

from escalation.demo.moments import Moment
from escalation.demo.tale import Tale, ago

# Replaced by the builder: the instant from which the time to answer ends in a minute.
NOW = Moment()

KLINIKUM = Tale(
    category="deal-registration",
    partner="alpenwerk",
    by="jonas",
    opened=NOW,
    title="Two registrations for the Klinikum Isartal network",
    description=(
        "Rheintor's registration was approved on the day it came and has been idle for 41 days."
        " Alpenwerk registered three days before that, with a letter in which the customer names"
        " Alpenwerk. Both have quoted."
    ),
    expected="A decision before the customer orders on Thursday.",
    answers={
        "amount": "180000",
        "deal_id": "OPP-21007",
        "customer": "Klinikum Isartal",
        "revenue": "180000",
        "customers": "1",
        "exposure": "customer",
        "relationship": "repeat",
        "own_reg_no": "REG-21007",
        "own_submitted": ago(6),
        "own_stage": "negotiation",
        "own_tender_out": "no",
        "own_rival": "REG-20881",
    },
    others=(("rheintor", "respondent"),),
)


def small_deal(number: int) -> Tale:
    """Return a small dispute of the same kind, for the start that opens the so-many-th of them."""
    account, units = ACCOUNTS[number % len(ACCOUNTS)]
    return Tale(
        category="deal-registration",
        partner="alpenwerk",
        by="jonas",
        opened=NOW,
        title=f"Two quotes for {account}",
        description=(
            f"Alpenwerk and Rheintor have both quoted {units} access points to {account}. The"
            " customer decides tomorrow and asks which of them is the right one."
        ),
        expected="One partner of record, today.",
        answers={
            "amount": "26000",
            "customer": account,
            "revenue": "26000",
            "customers": "1",
            "exposure": "customer",
            "relationship": "signal",
            "decides_soon": "on",
            "own_reg_no": f"REG-{21100 + number}",
            "own_submitted": ago(2),
            "own_stage": "proposal",
        },
        others=(("rheintor", "respondent"),),
    )


ACCOUNTS = (
    ("the town library of Rosenheim", 34),
    ("the Seeblick hotel", 52),
    ("the Moosach vocational school", 41),
    ("the Hallertau brewery", 28),
    ("the Inntal cable car", 19),
)
