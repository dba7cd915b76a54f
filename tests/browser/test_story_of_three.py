"""The whole story, three at once: a partner on a phone, the vendor at a desk, a sponsor on a phone.

Logged in the portal, unanswered, climbed, asked and answered, conceded, decided, written, read.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Case, Party
from cases.sweep import sweep
from journal.models import Event
from ladder.models import Level
from tests.browser.desk import Desk, Seat, got_by, text_of
from tests.factories import World
from tests.memos.deals import empower
from tests.memos.deals import seat as hold

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "sweeper"]),
]
STAFF = "/t/quellwerk/"
TITLE = "Salzburg was sold into twice"
ANSWERS = {
    "What is it about?": TITLE,
    "What happened": "Our agreement names Salzburg. A second reseller was signed there.",
    "What do you expect?": "Salzburg to ourselves, as agreed.",
}
# Each said once, where no partner may ever read it, or only the other one.
NOTE, RIVALS = "Nobody checked the agreement", "A city for one reseller"
WHY, CONDITION = "The second one was signed by us", "They keep to their quota"
REASON, CONDITIONS = "A court would cost more", "Paid in two parts"
VENDORS, REVIEW = "Two contracts for one city", "Clear enough for both"
QUESTION, COPY = "Which customers have you visited", "Your contract stays, outside the city"
SECRETS = (
    *(NOTE, RIVALS, QUESTION, WHY, CONDITION, REASON, CONDITIONS, VENDORS, REVIEW, COPY),
    *("Rheintor", "Marc", "150,000", "Regional manager", "Executive sponsor"),
)


@dataclass
class Cast:
    """Everybody before their screen, and the case they meet in."""

    world: World
    anna: Desk
    tom: Desk
    petra: Desk
    marianne: Desk
    case: Case

    def at_case(self, desk: Desk) -> None:
        """Open the page of the case."""
        desk.go(f"{STAFF}cases/{self.case.pk}/")


@pytest.fixture
def vendor(vendor: World) -> World:
    """The first level answers within seconds; Petra concedes up to 25,000, Marianne 150,000, and
    Olga backs Marianne up."""
    with vendor.scope():
        for level in vendor.levels:
            level.refresh_from_db()
        empower(vendor)
        hold(vendor, 3, backup=vendor["olga"].user)
        Level.objects.filter(pk=vendor.levels[0].pk).update(response_window="PT4S")
    return vendor


@pytest.fixture
def cast(vendor: World, seat: Seat, scripts: bool, tmp_path: Path) -> Cast:
    """Three at once: what their browsers get is kept. The other partner has a case as well."""
    with vendor.scope():
        other = vendor.case(at=timezone.now(), partner=vendor.partners["rheintor"], title=RIVALS)

    def kept(name: str) -> dict[str, object]:
        return {"record_har_path": tmp_path / f"{name}.har", "record_har_content": "embed"}

    anna = seat(360, 740, java_script_enabled=scripts, **kept("anna"))
    tom, petra = (seat(1440, 900, **kept(name)) for name in ("tom", "petra"))
    marianne = seat(390, 844, has_touch=True, is_mobile=True, **kept("marianne"))
    anna.sign_in(vendor["anna"].user.email)
    return Cast(vendor, anna, tom, petra, marianne, other)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_dispute_from_the_portal_to_the_memo_that_its_partner_reads(
    cast: Cast, seat: Seat, tmp_path: Path
) -> None:
    log(cast)
    wait_for_nobody(cast)
    take_up(cast)
    ask_and_answer(cast)
    ask_for_the_next_level(cast)
    concede(cast, seat)
    decide(cast)
    write_memo(cast)
    issue_memo(cast)
    paper = read_memo(cast)
    find_again(cast)
    for desk in (cast.anna, cast.tom, cast.petra, cast.marianne):
        desk.page.context.close()
    # Of Anna's nothing may be missing: what was not kept could hold what she must not read.
    got = got_by(tmp_path, "anna")
    read = got_by(tmp_path, "tom", "petra", "marianne", whole=False)
    assert got.count(TITLE) > 10
    assert [secret for secret in SECRETS if secret in got + paper] == []
    assert [secret for secret in SECRETS if secret not in read] == []
    with cast.world.scope():
        case = Case.objects.select_related("level").get(pk=cast.case.pk)
        climbs = Event.objects.filter(case_id=case.pk, kind="case.escalated").count()
    assert (case.status, case.outcome, case.level.position, climbs) == ("resolved", "partly", 2, 1)


def log(cast: Cast) -> None:
    """Anna logs a dispute, step by step; a mistake is explained, and her answers are kept."""
    anna, page = cast.anna, cast.anna.page
    anna.look()
    page.get_by_role("link", name="Log a dispute").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is it about?")
    anna.look()
    page.get_by_role("link", name="Territory").click()
    for label, words in ANSWERS.items():
        page.get_by_label(label).fill(words)
    page.get_by_label("What is at stake, in euro").fill("-60000")
    page.get_by_role("button", name="Check your answers").click()
    mistake = page.get_by_role("link", name="What is at stake, in euro: Ensure this value")
    expect(mistake).to_be_visible()
    for label, words in ANSWERS.items():
        expect(page.get_by_label(label)).to_have_value(words)
    anna.look("phone-portal-log")
    mistake.click()
    page.get_by_label("What is at stake, in euro").fill("60000")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_text("This goes to Tom Brandt.")).to_be_visible()
    anna.look()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("is open. You can follow it here.")).to_be_visible()
    anna.look()
    with cast.world.scope():
        cast.case = Case.objects.get(title=TITLE)
        # What the vendor knows, and the partner does not: whom else it is about.
        rival = cast.world.partners["rheintor"]
        Party.objects.create(
            tenant=cast.world.tenant, case=cast.case, partner=rival, role="respondent", title=RIVALS
        )


def wait_for_nobody(cast: Cast) -> None:
    """Tom does not answer: the case climbs by itself, and all three see it."""
    tom, petra, anna, marianne = cast.tom, cast.petra, cast.anna, cast.marianne
    tom.sign_in(cast.world["tom"].user.email)
    row = tom.page.locator("[data-row]", has_text=TITLE)
    expect(row.locator('.p-clock[data-state="late"]')).to_be_visible()
    petra.sign_in(cast.world["petra"].user.email)
    marianne.sign_in(cast.world["marianne"].user.email)
    expect(marianne.page.get_by_text("Nothing waits for you")).to_be_visible()
    marianne.look()
    sweep(timezone.now)
    tom.page.reload()
    expect(row).to_have_count(0)
    tom.look()
    anna.page.reload()
    expect(anna.page.get_by_text("With Petra Winkler")).to_be_visible()
    expect(anna.page.locator(".p-path")).to_contain_text("so it moved on by itself")
    anna.look()
    cast.at_case(marianne)
    told = "No answer in time: escalated to level 2 by the clock, to Petra Winkler."
    expect(marianne.page.locator(".p-feed")).to_contain_text(told)
    marianne.look()


def take_up(cast: Cast) -> None:
    """Petra hears of it by the bell, and acknowledges in her list."""
    petra, page = cast.petra, cast.petra.page
    page.get_by_title("Notices").click()
    expect(page.locator(".p-notice-new", has_text=cast.case.number)).to_be_visible()
    petra.look()
    petra.go(f"{STAFF}inbox/")
    row = page.locator("[data-row]", has_text=TITLE)
    row.get_by_role("button", name="Acknowledge").click()
    expect(row.locator(".p-clock")).to_contain_text("Decision")
    row.locator(".p-row-title a").click()
    expect(page.get_by_role("heading", name="Next: Decide")).to_be_visible()
    petra.look()


def write(desk: Desk, to: str, text: str, *, asks: bool = False) -> None:
    """Write on the page of a case, to somebody."""
    page = desk.page
    page.get_by_role("radio", name=to, exact=True).check()
    page.get_by_label("Message").fill(text)
    if asks:
        page.get_by_label("We need an answer").check()
    send = "Add internal note" if to == "Internal" else "Send"
    page.get_by_role("button", name=send, exact=True).click()
    expect(page.get_by_text("Written.")).to_be_visible()


def ask_and_answer(cast: Cast) -> None:
    """Petra asks Anna; Anna finds the question in her list and answers."""
    petra, anna = cast.petra, cast.anna
    write(petra, "Internal", f"{NOTE}.")
    write(petra, "Rheintor", f"{QUESTION}?")
    write(petra, "Alpenwerk", "Which customers are yours there?", asks=True)
    petra.look()
    page = anna.page
    page.get_by_role("link", name="Your cases").first.click()
    page.get_by_role("link", name="1 case needs your answer").click()
    anna.look()
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("region", name="What we need from you")).to_be_visible()
    anna.look("phone-portal-case")
    page.get_by_label("Write to").fill("Eleven hotels, the list is in our plan.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("article").first).to_contain_text("Eleven hotels")
    expect(page.get_by_role("region", name="What we need from you")).to_have_count(0)
    anna.look()
    cast.at_case(petra)
    expect(petra.page.locator(".p-feed")).to_contain_text("Eleven hotels")


def ask_for_the_next_level(cast: Cast) -> None:
    """Anna asks for the next person; Petra declines, and Anna reads why."""
    petra, anna = cast.petra, cast.anna
    page = anna.page
    page.get_by_text("Ask for the next person").click()
    page.get_by_label("Why should somebody else take it up?").fill("It is about our contract.")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("You have an answer by")).to_be_visible()
    anna.look()
    petra.page.reload()
    asks = petra.page.get_by_role("region", name="Alpenwerk asks for the next level")
    expect(asks).to_contain_text("It is about our contract.")
    asks.get_by_role("button", name="Decline", exact=True).click()
    asks.get_by_label("Why not").fill("I decide it this week, and can.")
    petra.look()
    asks.get_by_role("button", name="Decline the request").click()
    expect(petra.page.get_by_text("Declined. The partner was told why.")).to_be_visible()
    petra.look()
    page.reload()
    expect(page.get_by_role("article").first).to_contain_text("I decide it this week")
    anna.look()


def concede(cast: Cast, seat: Seat) -> None:
    """Petra asks for more than she may give; Marianne approves on her phone, and her backup, whose
    page is still open, is told that it was done."""
    petra, page = cast.petra, cast.petra.page
    page.get_by_role("link", name="Ask for a concession").click()
    petra.look()
    page.get_by_label("What is to be conceded").select_option("fee")
    page.get_by_label("To which partner").select_option(label="Alpenwerk")
    page.get_by_label("Amount").fill("60000")
    page.get_by_label("Why").fill(f"{WHY}.")
    page.get_by_label("On which condition").fill(f"{CONDITION}.")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Asked. Marianne Voss decides, and was told.")).to_be_visible()
    petra.look()
    olga = seat(1440, 900)
    olga.enter(cast.world, "olga")
    olga.go(f"{STAFF}approvals/")
    expect(olga.page.get_by_text("You back up Marianne Voss here.")).to_be_visible()
    olga.look()
    approve(cast)
    olga.page.get_by_label("Your reason").first.fill("Fine by me.")
    olga.page.get_by_role("button", name="Approve €60,000").click()
    expect(olga.page.get_by_text("The request is approved.")).to_be_visible()
    olga.look()


def approve(cast: Cast) -> None:
    """Marianne sees the figure at Approvals, reads, and approves with a condition."""
    marianne, page = cast.marianne, cast.marianne.page
    marianne.go(f"{STAFF}inbox/")
    approvals = page.get_by_title("Approvals")
    expect(approvals.locator(".p-count")).to_have_text("1 waiting")
    approvals.tap()
    expect(page.get_by_text("1 waits for you")).to_be_visible()
    expect(page.get_by_text(f"{WHY}.")).to_be_visible()
    expect(page.get_by_text("€60,000 of €150,000")).to_be_visible()
    marianne.look("phone-approvals")
    page.get_by_text("Approve with conditions").tap()
    page.get_by_label("Conditions").fill(f"{CONDITIONS}.")
    page.get_by_label("Your reason").first.fill(f"{REASON}.")
    marianne.look()
    page.get_by_role("button", name="Approve €60,000").tap()
    expect(page.get_by_text("Approved. Who asked was told.")).to_be_visible()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    expect(approvals.locator(".p-count")).to_have_count(0)
    marianne.look()


def decide(cast: Cast) -> None:
    """Petra gives her word on the dispute; a strategic one is not resolved without its memo."""
    petra, page = cast.petra, cast.petra.page
    cast.at_case(petra)
    expect(page.get_by_role("region", name="Concessions")).to_contain_text("Approved")
    page.get_by_role("button", name="Decide").click()
    panel = page.locator("#do-decide")
    panel.get_by_label("Partly upheld").check()
    panel.get_by_label("Because").fill("Salzburg is yours, the signed contract stays.")
    panel.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Decided. The parties were told.")).to_be_visible()
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)
    petra.look()


def write_memo(cast: Cast) -> None:
    """Petra writes the memo: sections, what each party reads, an action; sees how it will read."""
    petra, page = cast.petra, cast.petra.page
    page.get_by_role("link", name="Write the memo").click()
    petra.look()
    page.get_by_role("button", name="Begin the memo").click()
    page.get_by_label("Title").fill(VENDORS)
    page.get_by_label("Findings").fill("- The agreement names **Salzburg**.")
    page.get_by_label("Risk").fill("It may happen in Linz.")
    page.get_by_label("Outcomes").fill("Ten hotels in 90 days.")
    for partner, body in (
        ("Alpenwerk", "Salzburg is **yours** from 1 December.\n\n- You get a fee."),
        ("Rheintor", f"{COPY}."),
    ):
        page.get_by_label(f"Heading for {partner}").fill("Decision on Salzburg")
        page.get_by_label(f"Text for {partner}").fill(body)
    act = page.get_by_role("group", name="Action 1")
    act.get_by_label("What").fill("Send the plan for the hotels")
    act.get_by_label("Who").select_option(label="Alpenwerk")
    act.get_by_label("By").fill((timezone.localdate() + timedelta(30)).isoformat())
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("strong", has_text="yours")).to_be_visible()
    petra.look("desk-memo-edit")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Next: Ask a colleague to review it")).to_be_visible()
    petra.look()


def issue_memo(cast: Cast) -> None:
    """Tom reviews what Petra wrote; she issues it and resolves the case."""
    petra, tom, page = cast.petra, cast.tom, cast.petra.page
    page.get_by_label("Colleague", exact=True).select_option(label="Tom Brandt")
    page.get_by_role("button", name="Ask for a review").click()
    expect(page.get_by_text("Your colleague was asked.")).to_be_visible()
    tom.page.goto(page.url)
    tom.page.get_by_label("It may be issued").check()
    tom.page.get_by_label("Note").fill(f"{REVIEW}.")
    tom.look()
    tom.page.get_by_role("button", name="Review").click()
    expect(tom.page.get_by_text("Reviewed.")).to_be_visible()
    tom.look()
    page.reload()
    page.get_by_role("button", name="Issue the memo").click()
    expect(page.get_by_text("Issued. Each party was told and reads its own copy.")).to_be_visible()
    petra.look("desk-memo")
    cast.at_case(petra)
    page.get_by_role("button", name="Resolve").click()
    page.locator("#do-resolve").get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("Resolved. The parties were told.")).to_be_visible()
    petra.look()


def read_memo(cast: Cast) -> str:
    """Anna reads her copy, keeps its PDF, and says so; return what the PDF says."""
    anna, page = cast.anna, cast.anna.page
    page.reload()
    page.get_by_role("link", name="Read it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decision on Salzburg")
    expect(page.locator("strong", has_text="yours")).to_be_visible()
    expect(page.get_by_text("Send the plan for the hotels")).to_be_visible()
    anna.look("phone-portal-memo")
    with page.expect_download() as started:
        page.get_by_role("link", name="PDF").click()
    content = started.value.path().read_bytes()
    assert content.startswith(b"%PDF")
    paper = text_of(content)
    for words in ("Alpenwerk", "Salzburg is yours", "Send the plan for the hotels"):
        assert words in paper
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_role("heading", name="You have read this")).to_be_visible()
    expect(page.locator(".p-noprint").get_by_text("Anna Huber")).to_be_visible()
    anna.look()
    return paper


def find_again(cast: Cast) -> None:
    """Petra sees who has read it; the archive finds the memo by a word, and marks it."""
    petra, page = cast.petra, cast.petra.page
    page.get_by_role("link", name="Memos").first.click()
    page.get_by_label("Number or words").fill("Salzburg")
    page.get_by_role("button", name="Search").click()
    found = page.locator(".p-memos li")
    expect(found).to_have_count(1)
    expect(found.locator("mark").first).to_have_text("Salzburg")
    expect(found.locator(".p-found-line")).not_to_contain_text("**")
    petra.look("desk-memos")
    found.get_by_role("link").click()
    expect(page.get_by_text("1 of 2 have read it")).to_be_visible()
    petra.look()
