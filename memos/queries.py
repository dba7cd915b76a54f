"""Reads of memos: the archive by keyset, words with highlights, what a party must not read."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.db import connection
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Left
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from cases.models import ROLE_ORDER, Case, Party
from cases.paging import Page, Place, paged
from cases.queries import plain_words, query_of
from ladder.models import Category
from memos.access import visible_memos
from memos.models.concession import Concession, Decision, Verdict
from memos.models.memo import SECTIONS, Memo, MemoAction, MemoCopy, MemoReceipt, MemoStatus
from memos.redaction import Forbidden
from partners.models import Contact, Partner
from tenants.models import Membership, Role

MOST_MEANT, MOST_NAMED = 20, 200
# What `parley_memos_with_words` returns at most, and how much of a memo is looked through for the
# line that shows the words.
MOST_WITH_WORDS = 500
LOOKED_THROUGH = 30_000
# Signs of no language, which the text is freed of first.
START, STOP = "\ue000", "\ue001"
# Of Markdown, what would only be in the way in a line that is shown as it was written.
SIGNS = re.compile(r"^[ \t]*(?:#{1,6}|[-*+>])[ \t]+|\*\*|`", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a reader of the archive asks for; empty is everything. `ids` are the memos that
    have the words of `text`; they, the category and the partners are looked up once
    (`sought_by`), so that the database knows how many there are before it plans."""

    status: str = MemoStatus.ISSUED
    text: str = ""
    category: str = ""
    partner: str = ""
    year: int | None = None
    ids: tuple[UUID, ...] = ()
    category_ids: tuple[UUID, ...] = ()
    partner_ids: tuple[UUID, ...] = ()

    @property
    def key(self) -> str:
        """Return what the list is ordered by, the latest first."""
        return "issued_at" if self.status == MemoStatus.ISSUED else "updated_at"


def listed(member: Membership, sought: Sought) -> QuerySet[Memo]:
    """Return the memos a member sees that fit what is sought."""
    memos = visible_memos(member).filter(status=sought.status)
    if sought.category:
        memos = memos.filter(case__category_id__in=sought.category_ids)
    if sought.partner:
        parts = Party.objects.filter(partner_id__in=sought.partner_ids)
        memos = memos.filter(case_id__in=parts.values("case_id"))
    if sought.year:
        memos = memos.filter(**{f"{sought.key}__year": sought.year})
    return memos.filter(pk__in=sought.ids) if sought.text else memos


def sought_by(**asked: Any) -> Sought:
    """Return what is asked for, with what its words and names stand for."""
    text, category = plain_words(asked.pop("text", "")), asked.get("category", "")
    # The page counts the memos of every status with the same words.
    found = [pk for issued in (True, False) for pk in with_words(text, issued=issued)]
    categories = Category.objects.filter(slug=category) if category else Category.objects.none()
    partners = partners_called(asked.get("partner", ""))
    return Sought(
        **asked,
        text=text,
        ids=(*found, *with_number(text)),
        category_ids=tuple(categories.values_list("pk", flat=True)),
        partner_ids=tuple(partner.pk for partner in partners),
    )


def partners_called(text: str) -> list[Partner]:
    """Return the partners that a text means: the one of this name, else those that have it in
    their name, by name up to a bound."""
    text = text.strip()
    if not text:
        return []
    exact = list(Partner.objects.filter(Q(slug=text.lower()) | Q(name__iexact=text))[:MOST_MEANT])
    return exact or list(Partner.objects.filter(name__icontains=text).order_by("name")[:MOST_MEANT])


def with_number(text: str) -> list[UUID]:
    """Return the ids of the memos of a number, or of the case of a number."""
    number = text.upper()
    if not number or " " in number:
        return []
    issued = Memo.objects.filter(number=number, status=MemoStatus.ISSUED).values("case_id")
    cases = Case.objects.filter(number=number).values("id")
    named = Q(case_id__in=list(issued.union(cases).values_list("case_id", flat=True)))
    return list(Memo.objects.filter(named).values_list("pk", flat=True))


def with_words(text: str, *, issued: bool | None = None) -> list[UUID]:
    """Return the ids of the tenant's memos that contain all the words, the last one also as a
    beginning: the last changed `MOST_WITH_WORDS` of those that are issued, of those that are not,
    or of all (None). What a member sees of them is the caller's question."""
    query = query_of(text)
    if not query:
        return []
    with connection.cursor() as cursor:
        call = "SELECT parley_memos_with_words(to_tsquery('simple', %s), %s)"
        cursor.execute(call, [query, issued])
        return [row[0] for row in cursor.fetchall()]


def page_of(memos: QuerySet[Memo], sought: Sought, place: Place | None) -> Page[Memo]:
    """Return a page, the latest first; with words, each memo has its `found` line."""
    # First which, then what they say: joins would keep the database from walking its index.
    page = paged(memos.only("pk", sought.key), sought.key, place, latest_first=True)
    ids = [memo.pk for memo in page.rows]
    shown = _shown(query_of(sought.text)).in_bulk(ids)
    return replace(page, rows=[shown[pk] for pk in ids if pk in shown])


def _shown(query: str) -> QuerySet[Memo]:
    """Return memos with what a row of the list shows, and with words the lines they stand in."""
    related = Memo.objects.select_related("case__category", "author", "reviewer", "issued_by")
    related = related.defer("search", *SECTIONS)
    return related.annotate(headline=_headline(query)) if query else related


def _headline(query: str) -> SearchHeadline:
    """Return the expression for the lines of a memo in which the words stand."""
    parts = [part for name in SECTIONS for part in (F(name), Value("\n"))]
    text = Left(Concat(*parts, output_field=TextField()), LOOKED_THROUGH)
    freed = Func(text, Value(START + STOP), Value(""), function="translate")
    return SearchHeadline(
        freed,
        SearchQuery(query, config="simple", search_type="raw"),
        config="simple",
        start_sel=START,
        stop_sel=STOP,
        min_words=10,
        max_words=28,
        max_fragments=2,
        fragment_delimiter=" … ",
    )


def marked(headline: str) -> SafeString:
    """Return lines with the words that were sought marked; everything else is text."""
    html = escape(SIGNS.sub("", headline)).replace(START, "<mark>").replace(STOP, "</mark>")
    return SafeString(html)


def years(member: Membership) -> list[int]:
    """Return the years from the first to the last issued memo this member sees, the latest first.

    The ends alone are read: the index has them, and the years of all would read every memo.
    """
    issued = visible_memos(member).filter(status=MemoStatus.ISSUED)
    ends = [
        issued.order_by(*order).values_list("issued_at", flat=True).first()
        for order in (("-issued_at", "-id"), ("issued_at", "id"))
    ]
    last, first = (timezone.localtime(at).year if at else None for at in ends)
    return list(range(last, first - 1, -1)) if first and last else []


def partner_names() -> list[str]:
    """Return names to choose from, up to a bound; any other is found by a part of its name."""
    return list(Partner.objects.order_by("name").values_list("name", flat=True)[:MOST_NAMED])


def latest_of(case: Case) -> tuple[Memo | None, Memo | None]:
    """Return a case's memo that is in force, and the one that is being written."""
    found = Memo.objects.filter(case_id=case.pk).defer("search", *SECTIONS).order_by("-version")
    memos = list(found.select_related("author", "reviewer", "issued_by"))
    issued = next((memo for memo in memos if memo.is_issued), None)
    return issued, next((memo for memo in memos if not memo.is_issued), None)


def copies_of(memo: Memo) -> list[MemoCopy]:
    """Return what the parties read, the complainant's first."""
    roles = dict(Party.objects.filter(case_id=memo.case_id).values_list("partner_id", "role"))
    copies = MemoCopy.objects.filter(memo_id=memo.pk).select_related("partner")
    return sorted(
        copies, key=lambda c: (ROLE_ORDER.get(roles.get(c.partner_id, ""), 3), c.partner.name)
    )


def actions_of(memo: Memo) -> list[MemoAction]:
    """Return what was agreed, in order, with who does it."""
    found = MemoAction.objects.filter(memo_id=memo.pk).select_related("owner", "partner")
    return list(found.order_by("position", "id"))


def receipts_of(memo: Memo) -> dict[UUID, list[MemoReceipt]]:
    """Return who has said that they have read it, by copy, the first one first."""
    found: dict[UUID, list[MemoReceipt]] = defaultdict(list)
    receipts = MemoReceipt.objects.filter(copy__memo_id=memo.pk).select_related("user")
    for receipt in receipts.order_by("at", "id"):
        found[receipt.copy_id].append(receipt)
    return found


def conceded_since(case: Case, at: datetime) -> bool:
    """Whether what was conceded in a case changed after an instant: approved since, or an approval
    that has become void."""
    approved = Concession.objects.filter(case_id=case.pk, state="approved", decided_at__gt=at)
    voided = Decision.objects.filter(
        concession__case_id=case.pk, verdict=Verdict.APPROVE, at__lte=at, voided_at__gt=at
    )
    return approved.exists() or voided.exists()


def forbidden_to(partner_ids: Iterable[UUID]) -> dict[UUID, Forbidden]:
    """Return, for each party, what its copy must not contain: the other parties and their people,
    by name and mail address, and the mail addresses of everybody at the vendor."""
    ids = list(partner_ids)
    names = dict(Partner.objects.filter(pk__in=ids).values_list("id", "name"))
    columns = ("partner_id", "user_id", "user__name", "user__email")
    contacts = list(Contact.objects.filter(partner_id__in=ids).values_list(*columns))
    staff = Membership.objects.exclude(role=Role.PARTNER).values_list("user__email", flat=True)
    addresses = tuple(staff.order_by("user__email"))
    found = {}
    for own in ids:
        speaks = {user for partner, user, _name, _mail in contacts if partner == own}
        others = [(n, m) for p, user, n, m in contacts if p != own and user not in speaks]
        found[own] = Forbidden(
            companies=tuple(name for pk, name in names.items() if pk != own),
            people=tuple(dict.fromkeys(name for name, _mail in others)),
            addresses=(*dict.fromkeys(mail for _name, mail in others), *addresses),
        )
    return found
