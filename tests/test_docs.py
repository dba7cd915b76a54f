"""What the documents promise."""

import re
from pathlib import Path

from ladder.policy_file import parse_policy

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\((?!https?://|#)([^)#]+)")


def test_the_readme_names_the_two_commands_first() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.split("```")[1].split()
    assert block == ["./dev", "up", "./dev", "test"]


def test_every_link_between_documents_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_setting_is_documented() -> None:
    code = (ROOT / "escalation" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r"""(?:env(?:\.\w+)?|database)\("([A-Z_]+)\"""", code))
    written = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))
    assert {"SECRET_KEY", "DATABASE_URL", "PARLEY_HTTPS", "EMAIL_URL"} <= read
    assert read - written == set()


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    pages = sorted(page.name for page in ROOT.glob("docs/adr/0*.md"))
    assert [name for name in pages if name not in listed] == []


def test_the_policy_of_the_documents_can_be_loaded() -> None:
    text = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    example = re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0]
    policy = parse_policy(example.encode())
    assert [ladder.name for ladder in policy.ladders] == ["Seconds"]
    assert len(policy.ladders[0].levels) == 2
