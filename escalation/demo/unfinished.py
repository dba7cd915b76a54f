"""Cases of the demo that somebody still has to do something about, the oldest first."""

from escalation.demo.moments import minutes_ago, workday
from escalation.demo.tale import (
    Tale,
    acknowledged,
    ago,
    decided,
    escalated,
    handed_back,
    noted,
    told_all,
    wrote,
)

WEBSHOP = Tale(
    category="price-parity",
    partner="rheintor",
    by="tom",
    opened=workday(6, "10:45"),
    title="Our webshop sells the AP-210 below Rheintor's buy price",
    description=(
        "The webshop lists the AP-210 access point at €189. Rheintor buys it at €204 and lost two"
        " quotes to customers who showed the page."
    ),
    expected="One price policy: the shop never sells below what a partner pays.",
    answers={
        "amount": "14000",
        "revenue": "14000",
        "customers": "3",
        "exposure": "customer",
        "relationship": "repeat",
        "own_product": "AP-210 access point",
        "own_vendor_price": "189.00",
        "own_where": "The vendor's webshop, clearance page",
        "own_seen": ago(11),
    },
    steps=(
        acknowledged("petra", workday(6, "13:05")),
        told_all(
            "petra",
            workday(5, "09:40"),
            "The clearance price is off the page since this morning. I am looking at what was sold"
            " at it, and come back to you with a decision.",
        ),
        noted(
            "petra",
            workday(3, "14:30"),
            "Eleven units went out below the buy price. The clearance list was made without asking"
            " the channel team.",
        ),
        decided(
            "petra",
            workday(1, "15:20"),
            "upheld",
            "Our own terms say that list prices to end customers stay above the partner's buy"
            " price. The shop broke that rule. Rheintor's price is corrected for open stock.",
        ),
    ),
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
        told_all(
            "petra",
            workday(1, "15:45"),
            "Jonas Reuter, who is neutral in this, will bring both of you to one table this week.",
        ),
    ),
)

COMMISSION = Tale(
    category="payout",
    partner="al-manar",
    by="omar",
    opened=workday(3, "09:40"),
    title="Commission for the third quarter is short again",
    description=(
        "Al Manar expected €21,300 for the third quarter and received €15,200. The same happened"
        " in spring, and the correction promised then never came."
    ),
    expected="The missing €6,100, and an explanation of the rate that was used.",
    answers={
        "amount": "6100",
        "revenue": "6100",
        "customers": "0",
        "relationship": "repeat",
        "own_statement": "ST-2231, third quarter",
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
            "Finance found the cause: the old rate was applied to September. The correction is a"
            " true-up I have agreed to, so please take it to the end with Al Manar.",
        ),
        acknowledged("omar", workday(1, "11:00")),
    ),
)

STOCK_CREDIT = Tale(
    category="payout",
    partner="brightmoor",
    by="grace",
    opened=workday(2, "11:10"),
    title="Stock credit after the October price drop",
    description=(
        "The list price of the QX-24 fell by €54 in October. Brightmoor had 413 units in stock and"
        " asks for a credit of €22,300; the statement shows none."
    ),
    expected="A credit for every unit that was in stock on the day of the change.",
    answers={
        "amount": "22300",
        "revenue": "22300",
        "customers": "2",
        "relationship": "signal",
        "own_statement": "ST-2262, October",
        "own_expected": "22300",
        "own_paid": "0",
        "own_stock": "413",
    },
    steps=(
        acknowledged("grace", workday(2, "13:00")),
        wrote(
            "grace",
            workday(2, "13:20"),
            "brightmoor",
            "The credit is price drop times eligible stock. I need your sell-out report up to the"
            " day of the change, with serial numbers; then I can recompute it.",
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
        "Sierra Clara held the Valencia roadshow in September. The claim over €9,400 was refused"
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

HARBOUR = Tale(
    category="direct-sales",
    partner="lakeshore",
    by="grace",
    opened=minutes_ago(300),
    title="Our direct team quotes Lakeshore's harbour account",
    description=(
        "Lakeshore registered the harbour authority's network in August. Last week our direct team"
        " sent the same authority a quote over €420,000."
    ),
    expected="Lakeshore is partner of record, or is paid a referral fee of €38,000.",
    answers={
        "amount": "420000",
        "deal_id": "OPP-20177",
        "customer": "Harbour authority",
        "revenue": "420000",
        "customers": "1",
        "exposure": "customer",
        "relationship": "signal",
        "own_account": "Harbour authority",
        "own_reg_no": "REG-20412",
        "own_quoted": "yes",
        "own_direct_owner": "Direct sales, public sector",
    },
    steps=(
        acknowledged("daniel", minutes_ago(240)),
        noted(
            "daniel",
            minutes_ago(170),
            "The registration was approved on 12 August. The direct team's first entry is from"
            " September, so the look-back of 60 days does not help it.",
        ),
        escalated(
            "daniel",
            minutes_ago(90),
            "The fee of €38,000 is above my limit of €25,000. I recommend it: the customer wants to"
            " buy from us directly, and Lakeshore brought it.",
        ),
        acknowledged("marianne", minutes_ago(20)),
    ),
)

EXCLUSIVITY = Tale(
    category="exclusivity",
    partner="al-manar",
    by="omar",
    opened=minutes_ago(100),
    title="A second distributor was appointed in the Gulf",
    description=(
        "Al Manar holds exclusivity for the Gulf until next summer. A trade magazine reports that"
        " we have signed a second distributor in Dubai. Al Manar has stopped registering deals."
    ),
    expected="The appointment is withdrawn, or exclusivity is settled for a price.",
    answers={
        "amount": "900000",
        "revenue": "900000",
        "customers": "12",
        "exposure": "press",
        "relationship": "stops",
        "own_agreement": "AGR-1987",
        "own_clause": "2.3",
        "own_scope": "Distribution in the six Gulf states",
        "own_expiry": ago(-240),
        "own_targets_met": "no",
    },
    steps=(
        acknowledged("daniel", minutes_ago(70)),
        wrote(
            "daniel",
            minutes_ago(65),
            "al-manar",
            "I have your letter. Nothing further will be signed in the Gulf while we look at this,"
            " and you will hear from Marianne Voss today.",
        ),
        escalated(
            "daniel",
            minutes_ago(40),
            "Exclusivity is not mine to change, and the press has the story already.",
        ),
        acknowledged("marianne", minutes_ago(25)),
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

UNFINISHED = (
    WEBSHOP,
    GIBRALTAR,
    COMMISSION,
    STOCK_CREDIT,
    ROADSHOW,
    HARBOUR,
    EXCLUSIVITY,
    LEADS_FELL,
)
