"""Cases that ended months ago with a memo that the next dispute can cite, the oldest first."""

from dataclasses import replace

from escalation.demo.moments import days_ago
from escalation.demo.tale import (
    Duty,
    MemoText,
    Tale,
    acknowledged,
    ago,
    closed,
    corrected,
    decided,
    done,
    drafted,
    issued,
    noted,
    put_down,
    read_copy,
    resolved,
    review_asked,
    reviewed,
    ruled,
    wished,
    wrote,
)

TWO_CLAIMS_MEMO = MemoText(
    dispute=(
        "Rheintor registered the switch refresh at Stadtwerke Nord and had the approval. Five"
        " weeks later Alpenwerk quoted the same 140 switches, and each asks to be the partner of"
        " record."
    ),
    findings=(
        "- Rheintor's registration was approved on the day it came, and had no entry for 41 days."
        "\n- Alpenwerk brought a letter in which the purchaser names it.\n- Both quotes are for the"
        " same 140 switches, €140,000."
    ),
    decision=(
        "**Partly upheld.** The customer chose its partner in writing, and that overrides the"
        " registration: Alpenwerk keeps the deal. Rheintor did good work early, and gets a lead in"
        " return."
    ),
    risk="A registration that sleeps looks alive. An alert at 30 days without an entry shows it.",
    compensation="- A replacement lead, to Rheintor, once it has named two accounts it wants.",
    outcomes=(
        "Rheintor registers deals with the lead and around it: 140 thousand euro by day 90, 260 by"
        " day 180."
    ),
    copies={
        "rheintor": (
            "### What was decided\n\nThe customer chose its partner in writing, and that overrides"
            " the registration. Another partner keeps the deal. Your early work counts: you"
            " receive a replacement lead.\n\n### What happens next\n\nName two accounts you want;"
            " a lead follows within five working days."
        ),
        "alpenwerk": (
            "### What was decided\n\nThe customer chose you in writing. You are partner of record"
            " for the 140 switches.\n\n### What happens next\n\nNothing: order as usual."
        ),
    },
    duties=(Duty("Find Rheintor a replacement lead", days_ago(198, "17:00"), who="tom"),),
)
MEASURED = replace(
    TWO_CLAIMS_MEMO,
    outcomes=(
        "Rheintor registers deals with the lead and around it.\n\n- Day 90: 152 of 140 thousand"
        " euro. Met.\n- Day 180: 231 of 260 thousand euro. Missed; two of the deals moved to the"
        " next quarter."
    ),
    duties=(),
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
            days_ago(207, "15:50"),
            "partly",
            "The customer chose its partner in writing, and that overrides the registration."
            " Alpenwerk stays. Rheintor did good work early and gets a lead in return.",
        ),
        drafted("tom", days_ago(206, "15:52")),
        put_down("tom", days_ago(206, "15:58"), TWO_CLAIMS_MEMO),
        review_asked("tom", days_ago(206, "16:00"), "petra"),
        reviewed("petra", days_ago(205, "16:05"), "Clear. It will be cited."),
        issued("tom", days_ago(205, "16:10")),
        resolved("tom", days_ago(204, "16:12")),
        read_copy("marc", days_ago(204, "16:14"), "rheintor"),
        read_copy("anna", days_ago(203, "16:16"), "alpenwerk"),
        done(
            "tom", days_ago(201, "16:20"), 1, "A brewery near Bonn; the first meeting has a date."
        ),
        closed("tom", days_ago(200, "16:30")),
        corrected("tom", days_ago(20, "09:30")),
        put_down("tom", days_ago(20, "09:45"), MEASURED),
        review_asked("tom", days_ago(20, "09:50"), "petra"),
        reviewed("petra", days_ago(19, "10:30"), "The figures are those of the pipeline."),
        issued("tom", days_ago(19, "11:00")),
        read_copy("marc", days_ago(18, "11:10"), "rheintor"),
        read_copy("anna", days_ago(18, "13:40"), "alpenwerk"),
    ),
)

LATE_CLAIM_MEMO = MemoText(
    dispute=(
        "Brightmoor claimed the Manchester roadshow nine days after the deadline and asks for the"
        " approved €7,200."
    ),
    findings=(
        "- The event was approved before it took place; 61 people came.\n- Invoice and attendance"
        " list are complete.\n- It is Brightmoor's first late claim this year."
    ),
    decision=(
        "**Upheld.** Approved and proven. A late claim is paid once a year, and this is the one."
    ),
    compensation="- Late claim: €7,200, to Brightmoor, once in this year.",
    outcomes="Day 90: the claims of the next two events come in time.",
    copies={
        "brightmoor": (
            "### What was decided\n\nThe event was approved and took place, and all papers are"
            " here. The claim of €7,200 is paid although it came late. That is possible once a"
            " year; the next late claim cannot be paid."
        ),
    },
    duties=(Duty("Pay claim MDF-5518", days_ago(118, "17:00"), who="grace"),),
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
        wished(
            "grace",
            days_ago(128, "14:40"),
            "brightmoor",
            "late_claim",
            "7200",
            "Approved, proven, nine days late. It is the first late claim this year.",
            "Once in this year.",
        ),
        ruled(
            "petra",
            days_ago(127, "14:50"),
            "approve",
            "The papers are complete, and this is what the exception is for.",
        ),
        decided(
            "grace",
            days_ago(127, "15:00"),
            "upheld",
            "Approved and proven. A late claim can be accepted once a year, and this is the one.",
        ),
        drafted("grace", days_ago(126, "15:10")),
        put_down("grace", days_ago(126, "15:20"), LATE_CLAIM_MEMO),
        review_asked("grace", days_ago(126, "15:25"), "petra"),
        reviewed("petra", days_ago(126, "15:30")),
        issued("grace", days_ago(125, "15:35")),
        resolved("grace", days_ago(125, "15:40"), "The claim of €7,200 was accepted and paid."),
        read_copy("paul", days_ago(124, "15:45"), "brightmoor"),
        done("grace", days_ago(121, "15:50"), 1),
        closed("grace", days_ago(120, "16:00")),
    ),
)

REFERRAL_MEMO = MemoText(
    dispute=(
        "Sierra Clara had advised the Marisol hotels for a year when they ordered from our direct"
        " team. It asks to be partner of record, or to be paid for the introduction."
    ),
    findings=(
        "- Sierra Clara's notes of four visits are older than our first entry.\n- It had registered"
        " nothing; the order over €115,000 is signed with us.\n- The hotels want one contract and"
        " keep it with us."
    ),
    decision=(
        "**Partly upheld.** Without a registration there is no partner of record. The introduction"
        " is proven, and is paid: 8 % of the order, once the hotels have paid."
    ),
    risk="Advice that is not registered is invisible to us. Both sides read the list each month.",
    compensation="- Fee: €9,200, to Sierra Clara, after the hotels have paid.",
    outcomes="Day 90: Sierra Clara registers its next three projects before the first quote.",
    copies={
        "sierra-clara": (
            "### What was decided\n\nThe order stays with us, because nothing was registered. That"
            " you brought the customer is proven: you receive 8 % of the order, €9,200, after the"
            " hotels have paid.\n\n### What happens next\n\nRegister a project before the first"
            " quote, and it is yours."
        ),
    },
    duties=(Duty("Pay the referral fee of €9,200", days_ago(60, "17:00"), who="lucia"),),
)

REFERRAL = Tale(
    category="direct-sales",
    partner="sierra-clara",
    by="lucia",
    opened=days_ago(98, "09:40"),
    title="The Marisol hotels ordered from our direct team",
    description=(
        "Sierra Clara advised the Marisol hotels for a year. Then they ordered access points"
        " for €115,000 from our direct team, who had never heard of Sierra Clara."
    ),
    expected="Sierra Clara is partner of record, or is paid for the introduction.",
    answers={
        "amount": "115000",
        "customer": "Marisol hotels",
        "revenue": "115000",
        "customers": "1",
        "relationship": "signal",
        "own_account": "Marisol hotels",
        "own_quoted": "no",
        "own_direct_owner": "Direct sales, hospitality",
    },
    steps=(
        acknowledged("petra", days_ago(98, "10:30")),
        noted(
            "petra",
            days_ago(98, "14:00"),
            "Four visits in their notes, the first one 13 months ago. Nothing was registered.",
        ),
        wished(
            "lucia",
            days_ago(98, "15:10"),
            "sierra-clara",
            "fee",
            "9200",
            "8 % of the order. They brought the customer, and the notes prove it.",
            "Paid after the hotels have paid.",
        ),
        ruled(
            "petra",
            days_ago(97, "15:20"),
            "approve",
            "The introduction is proven. A registration would have made it more; this is fair.",
        ),
        decided(
            "petra",
            days_ago(97, "15:30"),
            "partly",
            "No registration, so no partner of record. The introduction is proven and is paid.",
        ),
        drafted("petra", days_ago(96, "15:35")),
        put_down("petra", days_ago(96, "15:50"), REFERRAL_MEMO),
        review_asked("petra", days_ago(96, "15:55"), "lucia"),
        reviewed("lucia", days_ago(95, "16:00"), "Agreed. The eight percent should be our rule."),
        issued("petra", days_ago(95, "16:05")),
        resolved("petra", days_ago(94, "16:10")),
        read_copy("carmen", days_ago(93, "16:15"), "sierra-clara"),
        closed("petra", days_ago(90, "16:20")),
        done("lucia", days_ago(64, "16:30"), 1, "The hotels paid on the day before."),
    ),
)

PRECEDENTS = (TWO_CLAIMS, LATE_CLAIM, REFERRAL)
