"""The case that is about to be missed: one waits at every start, another after every restart."""

from escalation.demo.moments import Moment
from escalation.demo.tale import Tale, ago

# Replaced by the builder: the instant from which the time to answer ends in five minutes.
NOW = Moment()

KLINIKUM = Tale(
    category="deal-registration",
    partner="alpenwerk",
    by="anna",
    opened=NOW,
    title="Two registrations for the Klinikum Isartal network",
    description=(
        "We registered the network of Klinikum Isartal six days ago, with a letter in which the"
        " hospital names us. Now we hear that another partner holds an approval from weeks before,"
        " and has quoted too. The hospital wants to know whom it may order from."
    ),
    expected="A decision before the hospital orders, the day after tomorrow.",
    answers={
        "amount": "180000",
        "deal_id": "OPP-21007",
        "customer": "Klinikum Isartal",
        "customers": "1",
        "decides_soon": "on",
        "own_reg_no": "REG-21007",
        "own_submitted": ago(6),
        "own_stage": "negotiation",
        "own_tender_out": "no",
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
