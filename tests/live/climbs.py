"""What is looked at when cases have climbed: turns, events, notices, mails, lags."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from uuid import UUID

from tests.live.product import Product

END_OF_MAIL = b"\n" + b"-" * 79 + b"\n"
TURNS = """
SELECT a.position, u.email FROM cases_assignment a JOIN tenants_user u ON u.id = a.owner_id
WHERE a.case_id = %s ORDER BY a.number
"""
POSITIONS = """
SELECT l.position, count(*) FROM cases_case c
JOIN ladder_level l ON l.tenant_id = c.tenant_id AND l.id = c.level_id
WHERE c.id = ANY(%s::uuid[]) GROUP BY l.position
"""
ESCALATED = """
SELECT case_id::text, (facts->>'to')::int, count(*) FROM journal_event
WHERE kind = 'case.escalated' AND case_id = ANY(%s::uuid[]) GROUP BY 1, 2
"""
TOLD = """
SELECT u.email, n.channel, count(*) FROM journal_notice n
JOIN journal_event e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
JOIN tenants_user u ON u.id = n.user_id
WHERE e.case_id = %s AND e.kind = 'case.escalated' AND (e.facts->>'to')::int = %s GROUP BY 1, 2
"""
BELLS = """
SELECT count(*) FROM (
    SELECT e.case_id, e.kind, e.facts->>'clock', e.facts->>'share', n.user_id
    FROM journal_notice n JOIN journal_event e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
    WHERE n.channel = 'bell' AND e.case_id = ANY(%s::uuid[]) AND e.kind = ANY(%s)
    GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1
) twice
"""
# A warning that its clock has overtaken is left out; each of the others is in a mail.
LETTERS = """
SELECT coalesce(n.mail_id, n.id)::text, n.state, u.email FROM journal_notice n
JOIN journal_event e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
JOIN tenants_user u ON u.id = n.user_id
WHERE n.channel = 'email' AND e.case_id = ANY(%s::uuid[]) AND n.created_at <= %s
    AND NOT (n.state = 'dropped' AND e.kind = 'case.clock.warning')
"""
LAGS = """
SELECT extract(epoch FROM processed_at - breached_at)::float FROM cases_clock
WHERE state = 'breached' AND case_id = ANY(%s::uuid[]) ORDER BY 1
"""
ONCE = ["case.opened", "case.escalated", "case.clock.warning", "case.alarm"]


def texts(cases: Iterable[UUID]) -> list[str]:
    """Return ids as the driver takes them."""
    return [str(case) for case in cases]


def position_of(product: Product, case: UUID) -> int:
    """Return the level a case is on."""
    [(position, _)] = product.rows(POSITIONS, texts([case]))
    return int(position)


def at_position(product: Product, cases: list[UUID], position: int) -> int:
    """Return how many of the cases are on a level."""
    counts: dict[int, int] = {row[0]: row[1] for row in product.rows(POSITIONS, texts(cases))}
    return counts.get(position, 0)


def escalations(product: Product, cases: list[UUID]) -> dict[UUID, dict[int, int]]:
    """Return how many events say that a case was escalated, by case and level."""
    found: dict[UUID, dict[int, int]] = defaultdict(dict)
    for case, level, count in product.rows(ESCALATED, texts(cases)):
        found[UUID(case)][level] = count
    return dict(found)


def told(product: Product, case: UUID, level: int) -> dict[tuple[str, str], int]:
    """Return how often each person was told, on each channel, that a case came to a level."""
    rows = product.rows(TOLD, str(case), level)
    return {(email, channel): count for email, channel, count in rows}


def bells_rung_twice(product: Product, cases: list[UUID]) -> int:
    """Return how many things were told somebody twice in the app."""
    return int(product.value(BELLS, texts(cases), ONCE))


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail that was sent."""

    message_id: str
    to: str
    subject: str
    text: str


def mails(product: Product) -> list[Letter]:
    """Return every mail in the folder; one that was cut off while it was written is no mail."""
    found = []
    for path in sorted((product.data / "mail").glob("*.log")):
        *whole, _rest = path.read_bytes().split(END_OF_MAIL)
        found += [_letter(data) for data in whole]
    return found


def _letter(data: bytes) -> Letter:
    message = message_from_bytes(data, policy=default)
    return Letter(message["Message-ID"], message["To"], message["Subject"], message.get_content())


@dataclass(frozen=True, slots=True)
class Post:
    """What became of the cases' e-mail notices."""

    states: dict[str, int]
    unsent: list[str]
    misdirected: list[str]
    copies: Counter[str]
    letters: list[Letter]

    @property
    def repeats(self) -> int:
        """Return how many mails went out once more than needed."""
        return sum(self.copies.values()) - len(self.copies)


def post(product: Product, cases: list[UUID], until: datetime) -> Post:
    """Hold the mails in the folder against the notices of the cases up to an instant."""
    rows = product.rows(LETTERS, texts(cases), until)
    domain = "parley.localhost"
    wanted = {f"<{mail}@{domain}>": email for mail, _, email in rows}
    ours = [letter for letter in mails(product) if letter.message_id in wanted]
    copies = Counter(letter.message_id for letter in ours)
    return Post(
        states=dict(Counter(state for _, state, _ in rows)),
        unsent=[ident for ident in wanted if ident not in copies],
        misdirected=[m.message_id for m in ours if m.to != wanted[m.message_id]],
        copies=copies,
        letters=ours,
    )


def lags(product: Product, cases: list[UUID]) -> list[float]:
    """Return the seconds from due to processed, shortest first."""
    return [lag for (lag,) in product.rows(LAGS, texts(cases))]


def spread(values: list[float]) -> str:
    """Say how values spread."""
    last = len(values) - 1
    shares = {"p50": 50, "p90": 90, "p99": 99, "max": 100}
    return ", ".join(f"{n} {values[last * s // 100]:.2f} s" for n, s in shares.items())
