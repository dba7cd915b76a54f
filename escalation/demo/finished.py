"""Cases of the last days that came to an end: one withdrawn, one that still binds people."""

from escalation.demo.moments import in_days, workday
from escalation.demo.tale import (
    Duty,
    MemoText,
    Tale,
    acknowledged,
    ago,
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
    told_all,
    wished,
    withdrawn,
    wrote,
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

FIRMWARE_MEMO = MemoText(
    dispute=(
        "Lakeshore asks for a fix, and for a credit under the service level agreement. Alpenwerk"
        " reports the same fault and asks for the fix only."
    ),
    findings=(
        "- Trunk ports stay down after a restart on firmware 7.2. Engineering reproduced it within"
        " a day.\n- Six of Lakeshore's customers and two of Alpenwerk's run it.\n- Two nights were"
        " beyond the hours of the service level: tickets SUP-77120 and SUP-77131."
    ),
    decision=(
        "**Upheld.** The service level was missed on two nights, and clause 6.2 provides a credit"
        " for each. Version 7.2.1 repairs the fault; nobody has to stay on 7.2."
    ),
    risk=(
        "7.2 passed our tests because no switch in the laboratory restarts under load. The"
        " laboratory restarts one every night from now on; engineering notices."
    ),
    compensation="- Service credit: €4,200, to Lakeshore, on the next statement.",
    outcomes=(
        "Day 90: no ticket about ports that stay down, on any site that runs 7.2.1 or later."
    ),
    copies={
        "lakeshore": (
            "### What was decided\n\nThe service level was missed on two nights. You receive the"
            " credit that clause 6.2 provides, €4,200, on your next statement.\n\n### What"
            " happens next\n\nVersion 7.2.1 repairs the fault. Please say when your six sites run"
            " it."
        ),
        "alpenwerk": (
            "### What was decided\n\nThe fault is ours and is repaired in version 7.2.1. Your two"
            " sites need nothing but the update.\n\n### What happens next\n\nWe restart switches"
            " under load every night before a version goes out, so that this does not come back."
        ),
    },
    duties=(
        Duty("Release firmware 7.2.1 to everybody who runs 7.2", workday(1, "17:00"), who="grace"),
        Duty("Put the service credit of €4,200 on the statement", in_days(6), who="daniel"),
        Duty("Say when the six sites run 7.2.1", in_days(12), partner="lakeshore"),
    ),
)

FIRMWARE = Tale(
    category="product-service",
    partner="lakeshore",
    by="grace",
    opened=workday(4, "09:30"),
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
        acknowledged("grace", workday(4, "09:50")),
        told_all(
            "grace",
            workday(4, "11:15"),
            "Engineering has reproduced it. Until the fix is out, please stay on 7.1; the steps to"
            " go back are in the ticket.",
        ),
        noted(
            "grace",
            workday(3, "09:20"),
            "Fix 7.2.1 passed its tests this morning. It can go out a day before the date we gave.",
        ),
        wished(
            "grace",
            workday(3, "09:40"),
            "lakeshore",
            "service_credit",
            "4200",
            "Two nights beyond the hours of the service level, each with engineers on site.",
            "The tickets of both nights are on file.",
        ),
        ruled(
            "daniel",
            workday(3, "10:30"),
            "approve",
            "Clause 6.2 says it in so many words, and both tickets are on file.",
        ),
        decided(
            "grace",
            workday(3, "11:00"),
            "upheld",
            "The service level was missed on two nights. The agreement provides a credit for each.",
        ),
        drafted("grace", workday(3, "11:20")),
        put_down("grace", workday(3, "11:50"), FIRMWARE_MEMO),
        review_asked("grace", workday(3, "11:55"), "daniel"),
        reviewed("daniel", workday(3, "15:10"), "Fair, and both copies keep to their own matter."),
        issued("grace", workday(2, "09:15")),
        resolved("grace", workday(2, "09:30")),
        done("grace", workday(2, "11:40"), 1, "Out a day before the date."),
        read_copy("dana", workday(2, "14:20"), "lakeshore"),
    ),
)

FINISHED = (STRAY_LEAD, FIRMWARE)
