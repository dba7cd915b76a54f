"""Strategic categories: conflicts about territory, price, exclusivity, terms and integrity."""

from ladder.defaults.entries import STRATEGIC, CategoryEntry, asked

TERRITORY = CategoryEntry(
    slug="territory",
    name="Territory or named account",
    summary="Somebody sold into a territory or an account that is another's.",
    category_class=STRATEGIC,
    fields=(
        asked("agreement", "Agreement", "reference", required=True),
        asked("clause", "Clause", required=True),
        asked("place", "Place or account", required=True),
        asked(
            "approach",
            "How the sale came about",
            required=True,
            choices=(
                ("active", "The seller approached the customer"),
                ("passive", "The customer asked on its own"),
                ("unknown", "Not known"),
            ),
        ),
        asked("seen", "Noticed on", "date"),
    ),
    evidence=(
        "The clause, and the list of accounts as it stood that day",
        "Quotes",
        "Delivery addresses",
    ),
    rule_of_thumb=(
        "An active sale into a valid exclusive area stops and is compensated. Answering a customer"
        " who asks is free in the EU. Where the list is unclear, the vendor pays. Often offered:"
        " a split of the site, a finder's fee."
    ),
    never_share="Customers of other partners.",
)

PRICE_PARITY = CategoryEntry(
    slug="price-parity",
    name="Price parity or advertised price",
    summary="The vendor itself sells or advertises below a partner's price.",
    category_class=STRATEGIC,
    fields=(
        asked("product", "Product", required=True),
        asked("vendor_price", "The vendor's price", "money", required=True),
        asked("where", "Where it was seen", required=True),
        asked("seen", "Seen on", "date", required=True),
        asked("terms", "Price terms", "reference", private=True),
    ),
    evidence=("Dated price notice", "Invoice", "Screenshot with its date"),
    rule_of_thumb=(
        "Judge only the vendor's own terms towards its partners; never steer what a partner"
        " charges. Often offered: a corrected price."
    ),
    never_share="Resale prices, future prices and margins.",
)

EXCLUSIVITY = CategoryEntry(
    slug="exclusivity",
    name="Exclusivity",
    summary="An exclusive right is doubted.",
    category_class=STRATEGIC,
    fields=(
        asked("agreement", "Agreement", "reference", required=True),
        asked("clause", "Clause", required=True),
        asked("scope", "What it covers", required=True),
        asked("expiry", "It ends on", "date", required=True),
        asked("targets_met", "Were its targets met?", "yes_no", private=True),
    ),
    evidence=("Signed clause", "Its conditions and how they were met", "Appointments of others"),
    rule_of_thumb=(
        "What is not signed is not exclusive. Where conditions were missed, time to cure comes"
        " first. Counsel reads it. Often offered: shared or phased exclusivity."
    ),
    never_share="Contracts of other partners.",
)

DIRECT_SALES = CategoryEntry(
    slug="direct-sales",
    name="Direct sales against the channel",
    summary="The vendor's own sales team competes with a partner.",
    category_class=STRATEGIC,
    fields=(
        asked("account", "Account", required=True),
        asked("reg_no", "Registration number"),
        asked("quoted", "Has the vendor sent a quote?", "yes_no", required=True),
        asked("direct_owner", "Owner on the vendor's side", "reference", private=True),
    ),
    evidence=(
        "History of the account in the CRM",
        "Registration of the deal",
        "List of house accounts as it stood that day",
    ),
    rule_of_thumb=(
        "An approved registration wins, unless the direct team was active 60 days before it or the"
        " account is on the list of house accounts. Often offered: partner of record, a referral"
        " fee."
    ),
    never_share="The vendor's own pipeline.",
)

CONTRACT_TERMS = CategoryEntry(
    slug="contract-terms",
    name="Contract terms or tier",
    summary="A change of terms, or a partner's tier, is contested.",
    category_class=STRATEGIC,
    fields=(
        asked("agreement", "Agreement", "reference", required=True),
        asked("clause", "Clause", required=True),
        asked("change", "What changed", required=True),
        asked("effective", "In force from", "date", required=True),
    ),
    evidence=("Signed text", "Notice of the change", "Scorecard of the tier"),
    rule_of_thumb=(
        "The text first, then the notice, then precedent. Doubt counts against whoever wrote it;"
        " nothing applies to the past. Often offered: a quarter of grace."
    ),
    never_share="Terms of other partners.",
)

DATA_PRIVACY = CategoryEntry(
    slug="data-privacy",
    name="Data privacy",
    summary="Personal or confidential data reached somebody it should not have.",
    category_class=STRATEGIC,
    confidentiality="restricted",
    fields=(
        asked(
            "data_kind",
            "Kind of data",
            required=True,
            choices=(
                ("contact", "Names and contact data"),
                ("contract", "Contracts and prices"),
                ("credentials", "Passwords or keys"),
                ("payment", "Payment data"),
                ("special", "Health, belief or other special data"),
                ("other", "Something else"),
            ),
        ),
        asked("found", "Found on", "date", required=True),
        asked("contained", "Is it contained?", "yes_no", required=True),
        asked("people", "People affected", "number"),
        asked("recipient", "Who received it", "reference", private=True),
    ),
    evidence=("Logs", "Data processing agreement", "Proof of deletion"),
    rule_of_thumb=(
        "Contain it, then call the data protection officer. The authority is told within 72 clock"
        " hours (GDPR, article 33). Often offered: a paid audit."
    ),
    never_share="The data itself.",
)

INTEGRITY = CategoryEntry(
    slug="integrity",
    name="Integrity",
    summary="Bribery, collusion or retaliation is reported.",
    category_class=STRATEGIC,
    confidentiality="sealed",
    fields=(
        asked("what", "What happened", required=True),
        asked("where", "Where"),
        asked("ongoing", "Is it still going on?", "yes_no"),
        asked("contact", "How to reach the reporter", private=True),
    ),
    evidence=("An account of what happened", "Payments", "Contracts"),
    rule_of_thumb=(
        "Facts before names. Nobody who is implicated sees the case. Law asks for an answer within"
        " seven days and for feedback within three months."
    ),
    never_share="Anything that could lead to the reporter.",
)
