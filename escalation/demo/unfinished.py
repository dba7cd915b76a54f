"""Cases of the demo that somebody still has to do something about, the oldest first."""

from escalation.demo.moments import in_days, minutes_ago, workday
from escalation.demo.tale import (
    Tale,
    acknowledged,
    ago,
    escalated,
    handed_back,
    let_in,
    noted,
    paused,
    restricted,
    updated,
    wants_next_level,
    wrote,
)

GIBRALTAR = Tale(
    category="territory",
    partner="brightmoor",
    by="grace",
    opened=workday(3, "09:50"),
    title="Sierra Clara quotes a port operator in Gibraltar",
    description=(
        "Brightmoor's agreement names Gibraltar. Sierra Clara sent a quote over €75,000 to the"
        " port operator there; the port asked for it, says Sierra Clara."
    ),
    expected="Sierra Clara withdraws the quote, or shares the margin.",
    answers={
        "amount": "75000",
        "customer": "Port operator, Gibraltar",
        "revenue": "75000",
        "customers": "1",
        "relationship": "repeat",
        "own_agreement": "AGR-2204",
        "own_clause": "4.1, schedule B",
        "own_place": "Gibraltar",
        "own_approach": "unknown",
        "own_seen": ago(8),
    },
    others=(("sierra-clara", "respondent"),),
    steps=(
        acknowledged("petra", workday(3, "12:10")),
        restricted(
            "petra",
            workday(3, "13:40"),
            "Both partners have shown us their terms. Nobody else needs to read them.",
        ),
        let_in(
            "petra",
            workday(3, "13:50"),
            "jonas",
            in_days(9),
            "Neutral facilitator: he speaks with both sides and writes down what they agree on.",
        ),
        wrote(
            "petra",
            workday(3, "14:00"),
            "sierra-clara",
            "Who wrote first, the port or you? Please send the first message of the exchange.",
        ),
        noted(
            "jonas",
            workday(2, "11:15"),
            "I spoke to both for half an hour each. They can imagine a split: Brightmoor delivers,"
            " Sierra Clara installs. Neither has said so to the other yet.",
        ),
        updated(
            "petra",
            workday(1, "15:45"),
            "Jonas Reuter, who is neutral in this, has spoken with each of you.",
            "He brings both of you to one table this week.",
            "A day on which both of you can come",
        ),
    ),
)

COMMISSION = Tale(
    category="payout",
    partner="al-manar",
    by="omar",
    opened=workday(3, "09:40"),
    title="Commission for the last quarter is short again",
    description=(
        "Al Manar expected €21,300 for the last quarter and received €15,200. The same happened"
        " half a year before, and the correction promised then never came."
    ),
    expected="The missing €6,100, and an explanation of the rate that was used.",
    answers={
        "amount": "6100",
        "revenue": "6100",
        "customers": "0",
        "relationship": "repeat",
        "own_statement": "ST-2231, last quarter",
        "own_expected": "21300",
        "own_paid": "15200",
    },
    steps=(
        acknowledged("omar", workday(3, "10:30")),
        wrote(
            "omar",
            workday(3, "11:00"),
            "al-manar",
            "You are right to ask, and I am sorry that you have to ask twice. Finance recalculates"
            " the statement; I will tell you the result myself.",
        ),
        escalated(
            "omar",
            workday(2, "15:00"),
            "€6,100 is more than I may correct, and it is the second time.",
        ),
        handed_back(
            "daniel",
            workday(1, "10:15"),
            "Finance found the cause: the old rate was applied to one month. The correction is a"
            " true-up I have agreed to, so please take it to the end with Al Manar.",
        ),
        acknowledged("omar", workday(1, "11:00")),
        wrote(
            "yusuf",
            minutes_ago(55),
            "al-manar",
            "Still no answer. This is the third time we ask, and we are going in circles: first"
            " finance, then the region, now you again. Nobody tells us which rate was used.",
        ),
        wants_next_level(
            "yusuf",
            minutes_ago(48),
            "al-manar",
            "The correction was promised before and never came. We want somebody who can decide.",
        ),
    ),
)

STOCK_CREDIT = Tale(
    category="payout",
    partner="brightmoor",
    by="grace",
    opened=workday(2, "11:10"),
    title="Stock credit after the price drop of the QX-24",
    description=(
        "The list price of the QX-24 fell by €54 last month. Brightmoor had 413 units in stock and"
        " asks for a credit of €22,300; the statement shows none."
    ),
    expected="A credit for every unit that was in stock on the day of the change.",
    answers={
        "amount": "22300",
        "revenue": "22300",
        "customers": "2",
        "relationship": "signal",
        "own_statement": "ST-2262, last month",
        "own_expected": "22300",
        "own_paid": "0",
        "own_stock": "413",
    },
    steps=(
        acknowledged("grace", workday(2, "13:00")),
        paused(
            "grace",
            workday(2, "13:20"),
            "brightmoor",
            "The credit is price drop times eligible stock. I need your sell-out report up to the"
            " day of the change, with serial numbers; then I can recompute it.",
            in_days(3),
        ),
        noted(
            "grace",
            workday(1, "16:05"),
            "Finance will book a credit once the sell-out report confirms the stock. No date is"
            " promised to Brightmoor before finance has accepted.",
        ),
    ),
)

ROADSHOW = Tale(
    category="marketing-funds",
    partner="sierra-clara",
    by="lucia",
    opened=workday(1, "10:20"),
    title="Funds for the Valencia roadshow refused",
    description=(
        "Sierra Clara held the Valencia roadshow two months ago. The claim over €9,400 was refused"
        " because the hall's invoice names the agency and not Sierra Clara."
    ),
    expected="Payment of the approved €9,400.",
    answers={
        "amount": "9400",
        "revenue": "28000",
        "customers": "0",
        "relationship": "repeat",
        "own_request_no": "MDF-6104",
        "own_activity_end": ago(58),
        "own_approved": "9400",
        "own_claimed": "9400",
    },
    steps=(
        acknowledged("lucia", workday(1, "11:05")),
        wrote(
            "lucia",
            workday(1, "12:30"),
            "sierra-clara",
            "The approval is fine. Can the agency confirm in writing that it hired the hall for"
            " you?",
        ),
        noted("lucia", workday(1, "16:40"), "The agency's confirmation is here and looks right."),
        escalated(
            "lucia",
            minutes_ago(50),
            "€9,400 is above my limit of €5,000. Approval and proof are complete; I would pay.",
        ),
    ),
)

LEADS_FELL = Tale(
    category="lead-routing",
    partner="rheintor",
    by="jonas",
    opened=minutes_ago(25),
    title="Rheintor's leads fell by 62 % in two weeks",
    description=(
        "The weekly check shows 11 leads for Rheintor in the last two weeks; 29 would be usual."
        " Nobody has complained yet. The routing rules changed on the first day of the drop."
    ),
    expected="Find out whether the change of the rules caused it, before Rheintor asks.",
    answers={
        "revenue": "30000",
        "customers": "1",
        "relationship": "signal",
        "own_lead_id": "Leads of the last two weeks",
        "own_source": "website",
        "own_first_touch": ago(14),
    },
)

# Omar Haddad is away by now: it goes to who stands in for him.
DOHA = Tale(
    category="lead-routing",
    partner="al-manar",
    by="yusuf",
    opened=minutes_ago(20),
    title="A lead from the Doha trade fair was not passed on",
    description=(
        "At the trade fair in Doha a hospital group left its card at our common stand. Two weeks"
        " later your own team called it. We had agreed that what comes from that stand is ours."
    ),
    expected="The lead goes to us, as agreed.",
    answers={
        "customer": "Doha Bay hospitals",
        "revenue": "18000",
        "customers": "1",
        "own_lead_id": "L-DOHA-117",
        "own_source": "trade_fair",
        "own_first_touch": ago(15),
    },
)

UNFINISHED = (
    GIBRALTAR,
    COMMISSION,
    STOCK_CREDIT,
    ROADSHOW,
    LEADS_FELL,
    DOHA,
)
