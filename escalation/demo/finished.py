"""Cases of the demo that came to an end, the oldest first."""

from escalation.demo.moments import days_ago, workday
from escalation.demo.tale import (
    Tale,
    acknowledged,
    ago,
    closed,
    decided,
    noted,
    resolved,
    told_all,
    withdrawn,
    wrote,
)

TWO_CLAIMS = Tale(
    category="deal-registration",
    partner="rheintor",
    by="tom",
    opened=days_ago(208, "09:20"),
    title="Two claims on the Stadtwerke Nord switches",
    description=(
        "Rheintor registered the switch refresh at Stadtwerke Nord and had the approval. Five"
        " weeks later Alpenwerk sent a quote for the same 140 switches. Both name the same"
        " purchaser."
    ),
    expected="Rheintor stays partner of record, or is paid for the work done so far.",
    answers={
        "amount": "140000",
        "deal_id": "OPP-18204",
        "customer": "Stadtwerke Nord",
        "revenue": "140000",
        "customers": "1",
        "relationship": "signal",
        "own_reg_no": "REG-19377",
        "own_submitted": ago(249),
        "own_stage": "proposal",
        "own_tender_out": "no",
    },
    others=(("alpenwerk", "respondent"),),
    steps=(
        acknowledged("tom", days_ago(208, "09:50")),
        wrote(
            "tom",
            days_ago(208, "11:30"),
            "alpenwerk",
            "Please send whatever shows since when you have been talking to the customer.",
        ),
        noted(
            "tom",
            days_ago(208, "15:40"),
            "The registration has had no entry for 41 days. The customer wrote that it wants to"
            " buy from Alpenwerk.",
        ),
        decided(
            "tom",
            days_ago(207, "16:10"),
            "partly",
            "The customer chose its partner in writing, and that overrides the registration."
            " Alpenwerk stays. Rheintor did good work early and gets a lead in return.",
        ),
        resolved(
            "tom",
            days_ago(204, "16:20"),
            "Alpenwerk keeps the deal. Rheintor received a replacement lead, and both agreed.",
        ),
        closed("tom", days_ago(200, "16:30")),
    ),
)

LATE_CLAIM = Tale(
    category="marketing-funds",
    partner="brightmoor",
    by="grace",
    opened=days_ago(128, "10:10"),
    title="Claim for the Manchester roadshow refused as late",
    description=(
        "Brightmoor claimed the Manchester roadshow nine days after the deadline, and the claim"
        " was refused. The event had been approved and took place; 61 people came."
    ),
    expected="The approved amount is paid although the claim came late.",
    answers={
        "amount": "7200",
        "revenue": "7200",
        "customers": "0",
        "relationship": "signal",
        "own_request_no": "MDF-5518",
        "own_activity_end": ago(172),
        "own_approved": "7200",
        "own_claimed": "7200",
    },
    steps=(
        acknowledged("grace", days_ago(128, "11:00")),
        noted(
            "grace",
            days_ago(128, "14:20"),
            "Invoice and attendance list are complete. It is their first late claim this year.",
        ),
        decided(
            "grace",
            days_ago(127, "15:00"),
            "upheld",
            "Approved and proven. A late claim can be accepted once a year, and this is the one.",
        ),
        resolved("grace", days_ago(125, "15:40"), "The claim of 7,200 was accepted and paid."),
        closed("grace", days_ago(120, "16:00")),
    ),
)

STRAY_LEAD = Tale(
    category="lead-routing",
    partner="rheintor",
    by="tom",
    opened=workday(5, "14:00"),
    title="Lead from the Hannover fair went to nobody",
    description=(
        "Rheintor scanned a visitor at the fair and cannot find the contact among its leads. It"
        " fears that another partner received it."
    ),
    expected="The lead is routed to Rheintor.",
    answers={
        "customer": "Papierfabrik Leine",
        "revenue": "12000",
        "customers": "1",
        "own_lead_id": "L-40931",
        "own_source": "trade_fair",
        "own_first_touch": ago(19),
    },
    steps=(
        acknowledged("tom", workday(5, "14:25")),
        wrote(
            "tom",
            workday(5, "15:10"),
            "rheintor",
            "The lead is in your own list under the company's former name, Leine Papier. Is that"
            " the one you miss?",
        ),
        withdrawn(
            "tom",
            workday(4, "10:30"),
            "Marc Thielen found the lead under the former name and withdraws the case.",
        ),
    ),
)

FIRMWARE = Tale(
    category="product-service",
    partner="lakeshore",
    by="grace",
    opened=workday(4, "10:05"),
    title="Firmware 7.2 drops trunk ports after a restart",
    description=(
        "Since the update to firmware 7.2 trunk ports stay down after a restart until someone"
        " sets them up again. Lakeshore has six customers on it; Alpenwerk reports the same."
    ),
    expected="A fix, and a service credit for the night calls.",
    answers={
        "amount": "4200",
        "revenue": "60000",
        "customers": "6",
        "own_ticket": "SUP-77120",
        "own_product": "QX-48 switch, firmware 7.2",
        "own_customers": "6",
        "own_since": ago(12),
    },
    others=(("alpenwerk", "affected"),),
    steps=(
        acknowledged("grace", workday(4, "10:40")),
        told_all(
            "grace",
            workday(4, "12:15"),
            "Engineering has reproduced it. Until the fix is out, please stay on 7.1; the steps to"
            " go back are in the ticket.",
        ),
        noted(
            "grace",
            workday(3, "11:20"),
            "Fix 7.2.1 passed its tests this morning and goes out today, a day before the date we"
            " gave.",
        ),
        decided(
            "grace",
            workday(3, "15:30"),
            "upheld",
            "The service level was missed on two nights. The agreement provides a credit for each.",
        ),
        resolved(
            "grace",
            workday(2, "11:20"),
            "Firmware 7.2.1 is out and confirmed by both partners. A service credit of €4,200 is"
            " on the next statement.",
        ),
    ),
)

FINISHED = (TWO_CLAIMS, LATE_CLAIM, STRAY_LEAD, FIRMWARE)
