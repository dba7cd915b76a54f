"""Cases of the demo in which somebody else than the holder has the word: who reviews a memo, who
decides a concession, who takes what was offered instead."""

from escalation.demo.moments import in_days, minutes_ago, workday
from escalation.demo.tale import (
    Duty,
    MemoText,
    Tale,
    acknowledged,
    ago,
    decided,
    drafted,
    noted,
    overrode,
    put_down,
    review_asked,
    ruled,
    told_all,
    wished,
    wrote,
)

WEBSHOP_MEMO = MemoText(
    dispute=(
        "Rheintor lost two quotes because our webshop sold the AP-210 at €189, below the €204 that"
        " Rheintor pays. It asks that the shop never sells below a partner's price."
    ),
    findings=(
        "- The clearance page showed €189 for nine days; screenshots and the shop's log agree.\n-"
        " Eleven units were sold at that price.\n- The list was made without asking the channel"
        " team."
    ),
    decision=(
        "**Upheld.** Our own terms say that the shop stays above the partner's buy price."
        " Rheintor's price is corrected for the stock it holds. What Rheintor asks of its customers"
        " is its own affair."
    ),
    risk="Clearance lists are made each quarter. The channel team signs each from now on.",
    compensation="- A corrected buy price, to Rheintor, for 96 units in stock.",
    outcomes="Day 90: no clearance price below a partner's price. Day 180: the same.",
    copies={
        "rheintor": (
            "### What was decided\n\nThe shop departed from our own terms. The page is corrected,"
            " and so is your price for the 96 units you hold.\n\n### What happens next\n\nThe"
            " channel team signs every clearance list before it is published."
        ),
    },
    duties=(
        Duty("Correct Rheintor's price for 96 units", in_days(7), who="tom"),
        Duty("Have every clearance list signed by the channel team", in_days(21), who="petra"),
    ),
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
        drafted("petra", workday(1, "15:40")),
        put_down("petra", workday(1, "15:55"), WEBSHOP_MEMO),
        review_asked("petra", workday(1, "16:05"), "lucia"),
    ),
)

HARBOUR = Tale(
    category="direct-sales",
    partner="lakeshore",
    by="grace",
    opened=minutes_ago(300),
    title="Our direct team quotes Lakeshore's harbour account",
    description=(
        "Lakeshore registered the harbour authority's network in good time. Now our direct team"
        " has sent the same authority a quote over €420,000."
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
            "The registration was approved fourteen weeks ago. The direct team's first entry is"
            " five weeks younger, so the look-back of 60 days does not help it.",
        ),
        wished(
            "daniel",
            minutes_ago(90),
            "lakeshore",
            "fee",
            "38000",
            "The customer wants to buy from us directly, and Lakeshore brought it. The last fee of"
            " this kind was 8 %; this is 9 %, because here the registration was approved.",
            "Paid after the harbour authority has paid.",
        ),
    ),
)

EXCLUSIVITY = Tale(
    category="exclusivity",
    partner="al-manar",
    by="omar",
    opened=minutes_ago(100),
    title="A second distributor was appointed in the Gulf",
    description=(
        "Al Manar holds exclusivity for the Gulf for eight more months. A trade magazine reports"
        " that we have signed a second distributor in Dubai. Al Manar registers no deals."
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
        wished(
            "daniel",
            minutes_ago(55),
            "al-manar",
            "exclusivity",
            "120000",
            "Shared exclusivity: Al Manar keeps Saudi Arabia and Kuwait alone, Dubai is open. The"
            " amount is the margin it gives up in a year, paid as a credit.",
            "Al Manar drops the claim to the other four states.",
        ),
        overrode(
            "ines",
            minutes_ago(40),
            "The magazine prints tonight, and Daniel sits in a plane until tomorrow. Marianne has"
            " to answer before that, so I hand it up in his place.",
        ),
        acknowledged("marianne", minutes_ago(25)),
        ruled(
            "marianne",
            minutes_ago(15),
            "counter",
            "Shared is right, the amount is not: the targets of the last two quarters were missed."
            " €80,000 is what the two states are worth at the volume they really had.",
            amount="80000",
            conditions="A quarterly target; missed twice, the exclusivity ends.",
        ),
    ),
)

AWAITING = (WEBSHOP, HARBOUR, EXCLUSIVITY)
