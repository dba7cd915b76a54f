"""The cases of the demo's second vendor, the oldest first."""

from escalation.demo.moments import days_ago, minutes_ago, workday
from escalation.demo.tale import (
    Tale,
    acknowledged,
    ago,
    closed,
    decided,
    resolved,
    withdrawn,
    wrote,
)

CASES = (
    Tale(
        category="product-service",
        partner="nordlyd",
        by="nils",
        opened=days_ago(34, "10:15"),
        title="Stage boxes arrive without their power supplies",
        description="Two of five stage boxes of the last order came without power supplies.",
        expected="The missing parts before the next concert.",
        answers={
            "revenue": "6000",
            "customers": "2",
            "own_ticket": "T-881",
            "own_product": "Stage box SB-16",
            "own_customers": "2",
            "own_since": ago(36),
        },
        steps=(
            acknowledged("nils", days_ago(34, "11:00")),
            decided("nils", days_ago(33, "13:30"), "upheld", "They were packed without them."),
            resolved("nils", days_ago(31, "14:00"), "Both power supplies arrived by courier."),
            closed("nils", days_ago(28, "15:00")),
        ),
    ),
    Tale(
        category="lead-routing",
        partner="nordlyd",
        by="nils",
        opened=workday(4, "13:20"),
        title="Enquiry of a theatre in Bergen",
        description="Nordlyd believes that a theatre's enquiry was passed to somebody else.",
        expected="The enquiry comes to Nordlyd.",
        answers={
            "revenue": "9000",
            "customers": "1",
            "own_lead_id": "E-2207",
            "own_source": "website",
            "own_first_touch": ago(9),
        },
        steps=(
            acknowledged("nils", workday(4, "13:45")),
            withdrawn("nils", workday(3, "09:30"), "The theatre has bought nothing and will not."),
        ),
    ),
    Tale(
        category="deal-registration",
        partner="alpenwerk",
        by="nils",
        opened=minutes_ago(40),
        title="Registration for the Lucerne concert hall was not confirmed",
        description=(
            "Alpenwerk registered the concert hall ten days ago and has had no answer. Nordlyd has"
            " asked for the same hall since."
        ),
        expected="The registration is confirmed with its original date.",
        answers={
            "amount": "48000",
            "customer": "Concert hall, Lucerne",
            "revenue": "48000",
            "customers": "1",
            "relationship": "signal",
            "own_reg_no": "R-0312",
            "own_submitted": ago(10),
            "own_stage": "qualified",
        },
        steps=(
            wrote(
                "sigrid",
                minutes_ago(15),
                "alpenwerk",
                "Your registration is here with its date. You will have an answer today.",
            ),
        ),
    ),
)
