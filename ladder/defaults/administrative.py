"""Administrative categories: friction of day-to-day work, settled at the lowest level."""

from ladder.defaults.entries import ADMINISTRATIVE, CategoryEntry, asked

DEAL_REGISTRATION = CategoryEntry(
    slug="deal-registration",
    name="Deal registration",
    summary="Two partners claim the same deal.",
    category_class=ADMINISTRATIVE,
    fields=(
        asked("reg_no", "Registration number", required=True),
        asked("submitted", "Registered on", "date", required=True),
        asked(
            "stage",
            "Stage of the deal",
            required=True,
            choices=(
                ("qualified", "Qualified"),
                ("proposal", "Proposal sent"),
                ("negotiation", "In negotiation"),
                ("verbal", "Verbal agreement"),
                ("ordered", "Ordered"),
            ),
        ),
        asked("tender_out", "Is a tender published?", "yes_no"),
        asked("rival", "The other partner", "reference", private=True),
    ),
    evidence=(
        "Letter of the customer naming its partner",
        "Time stamp of the registration, in UTC",
        "Approval of the registration",
        "Proposal sent to the customer",
        "Notes of meetings with the customer",
    ),
    rule_of_thumb=(
        "The first complete, approved and in-scope registration that was active within 30 days"
        " wins. A written choice by the customer overrides it. A registration protects for 90"
        " days, and for 60 more while there is activity. Often offered: protection, a fee for"
        " the runner-up."
    ),
    never_share="The other partner's name, prices and contacts.",
)

LEAD_ROUTING = CategoryEntry(
    slug="lead-routing",
    name="Lead routing",
    summary="A lead went past the partner who found it.",
    category_class=ADMINISTRATIVE,
    fields=(
        asked("lead_id", "Number of the lead", required=True),
        asked(
            "source",
            "Where the lead came from",
            required=True,
            choices=(
                ("partner_event", "Event of the partner"),
                ("partner_contact", "Contact of the partner"),
                ("vendor_campaign", "Campaign of the vendor"),
                ("website", "Website"),
                ("trade_fair", "Trade fair"),
                ("other", "Something else"),
            ),
        ),
        asked("first_touch", "First contact on", "date", required=True),
        asked("accepted", "Accepted on", "date"),
    ),
    evidence=("Log of the lead's routing", "Proof of where the lead came from"),
    rule_of_thumb=(
        "A source proven within 90 days keeps its lead. A lead nobody accepts within a business"
        " day is routed again. Once the customer is engaged, give a replacement instead of moving"
        " the lead. Often offered: a replacement lead."
    ),
    never_share="How many leads others get, and how leads are scored.",
)

MARKETING_FUNDS = CategoryEntry(
    slug="marketing-funds",
    name="Marketing funds",
    summary="A claim on market development or co-op funds was refused.",
    category_class=ADMINISTRATIVE,
    fields=(
        asked("request_no", "Number of the fund request", required=True),
        asked("activity_end", "The activity ended on", "date", required=True),
        asked("approved", "Amount approved", "money", required=True),
        asked("claimed", "Amount claimed", "money", required=True),
    ),
    evidence=(
        "Approval from before the activity",
        "Invoice of the third party",
        "Proof that the activity took place",
    ),
    rule_of_thumb=(
        "Approved and proven: pay. A gap in the proof: ten business days to close it. No approval:"
        " no payment. Often offered: accepting a late claim, once a year."
    ),
    never_share="Which funds other partners have.",
)

PAYOUT = CategoryEntry(
    slug="payout",
    name="Payout and price protection",
    summary="A rebate, commission or stock credit differs from what was expected.",
    category_class=ADMINISTRATIVE,
    fields=(
        asked("statement", "Statement it is about", required=True),
        asked("expected", "Amount expected", "money", required=True),
        asked("paid", "Amount paid", "money", required=True),
        asked("stock", "Units in stock", "number"),
    ),
    evidence=(
        "The terms in force on that date",
        "Sell-out report",
        "Serial numbers in stock",
    ),
    rule_of_thumb=(
        "Work it out again from the dated terms. A stock credit is the drop in price times the"
        " eligible stock. Often offered: a true-up."
    ),
    never_share="Rates of other partners.",
)

PRODUCT_SERVICE = CategoryEntry(
    slug="product-service",
    name="Product or service",
    summary="A product or a service does not do what it should.",
    category_class=ADMINISTRATIVE,
    fields=(
        asked("ticket", "Number of the support ticket", required=True),
        asked("product", "Product", required=True),
        asked("customers", "Customers affected", "number", required=True),
        asked("since", "Since", "date", required=True),
    ),
    evidence=("Log of the ticket", "Clause of the service level agreement"),
    rule_of_thumb=(
        "First the fix, then the credit the service level agreement promises, then goodwill."
        " Often offered: a service credit."
    ),
    never_share="Incidents of other partners.",
)
