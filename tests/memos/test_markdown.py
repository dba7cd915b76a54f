"""Markdown: what it becomes on a page and for print, and that nothing written is lost."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.markdown import DEEPEST, blocks, render

REL = 'rel="noreferrer noopener nofollow"'
ALLOWED = {
    *("p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "blockquote"),
    *("code", "pre", "table", "thead", "tbody", "tr", "th", "td", "hr", "br", "a"),
}
PIECES = st.sampled_from(
    [
        *(
            "*",
            "**",
            "_",
            "`",
            "```",
            "~~",
            "[",
            "](",
            ")",
            "![",
            "<",
            ">",
            "#",
            "## ",
            "- ",
            "1. ",
        ),
        *(
            "| ",
            "|-|-|\n",
            "\n",
            "\n\n",
            "  \n",
            "    ",
            "> ",
            "\\",
            "&amp;",
            "&#65;",
            "---\n",
            '"',
        ),
        *(
            "<script>",
            "</script>",
            "javascript:",
            "onclick=",
            "<img src=x onerror=",
            "http://ä.de/?a=b",
        ),
        *("word", "Straße", "المنار", "李明", "mailto:a@b.de", "data:text/html,", "7", "\t", "\0"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))


class Page(HTMLParser):
    """What a browser would find in the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def bare(html: str) -> str:
    """Return the HTML without the directions that every flowing element has."""
    return html.replace(' dir="auto"', "").strip()


def letters(text: str) -> Counter[str]:
    return Counter(filter(str.isalpha, text))


def words_of(value: Any) -> str:
    """Return every text and address in a tree of blocks."""
    if isinstance(value, dict):
        shown = {key: each for key, each in value.items() if key not in ("type", "align")}
        return "".join(map(words_of, shown.values()))
    if isinstance(value, list):
        return "".join(map(words_of, value))
    return unquote(value) if isinstance(value, str) else ""


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo", "<p>one\ntwo</p>"),
        ("one  \ntwo", "<p>one<br>\ntwo</p>"),
        ("# A\n## B", "<h3>A</h3>\n<h4>B</h4>"),
        ("**b** *i* ~~s~~ `c`", "<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>"),
        ("> q", "<blockquote>\n<p>q</p>\n</blockquote>"),
        ("---", "<hr>"),
        ("```\na <b>\n```", "<pre><code>a &lt;b&gt;\n</code></pre>"),
        ("```sql\nselect\n```", "<pre><code>sql\nselect\n</code></pre>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("<b>x</b> *&amp;*", "<p>&lt;b&gt;x&lt;/b&gt; <em>&amp;amp;</em></p>"),
        ("[a](https://b.de)", f'<p><a href="https://b.de" {REL}>a</a></p>'),
        ("[a](https://b.de 't')", f'<p><a href="https://b.de" {REL}>a</a> (t)</p>'),
        ("<mailto:a@b.de>", f'<p><a href="mailto:a@b.de" {REL}>mailto:a@b.de</a></p>'),
        ("[ü](http://ü.de/ö)", f'<p><a href="http://%C3%BC.de/%C3%B6" {REL}>ü</a></p>'),
        ("![plan](https://b.de/p.png)", f'<p><a href="https://b.de/p.png" {REL}>plan</a></p>'),
        ("[*a*]() ![b]()", "<p>[<em>a</em>]() [b]()</p>"),
        ("![](https://b.de/p)", f'<p><a href="https://b.de/p" {REL}>https://b.de/p</a></p>'),
        ("a\0b", "<p>ab</p>"),
        ("a\ud800b", "<p>a?b</p>"),
        ("", ""),
    ],
)
def test_a_text_becomes_html(text: str, html: str) -> None:
    assert bare(render(text)) == html


def test_every_flowing_element_takes_its_direction_from_its_text() -> None:
    assert render("المنار").strip() == '<p dir="auto">المنار</p>'
    assert render("- a").count('dir="auto"') == 1


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java&#115;cript:alert(1)", "vbscript:x"),
        *("data:text/html,x", "file:///etc/passwd", "/inbox/", "//b.de", "https:/b.de", "mailto"),
        "https://b.de/" + "a" * 2_000,
    ],
)
def test_a_link_to_anywhere_else_stays_text(address: str) -> None:
    text = f"[a]({address})"
    page = Page(render(text))
    assert "a" not in page.tags
    assert page.text.strip() == text
    assert blocks(text) == [{"type": "paragraph", "inline": [{"type": "text", "text": text}]}]


def test_numbers_of_a_list_are_those_typed() -> None:
    assert re.findall(r'value="(\d+)"', render("3. a\n5. b\n7. c")) == ["3", "5", "7"]
    assert re.findall(r'value="(\d+)"', render("1. a\n1. b\n1. c")) == ["1", "2", "3"]
    (outer,) = blocks("2. a\n\n   9. b\n4. c")
    assert [item["number"] for item in outer["items"]] == [2, 4]
    assert outer["items"][0]["blocks"][1]["items"][0]["number"] == 9


def test_headings_never_skip_a_level() -> None:
    text = "### a\n\n###### b\n\n# c\n\n## d\n\n### e\n\n#### f\n\n##### g"
    assert re.findall(r"<h(\d)", render(text)) == list("3434566")
    assert [block["level"] for block in blocks(text)] == [1, 2, 1, 2, 3, 4, 4]


def test_a_table() -> None:
    text = "| who | € |\n|:-:|--:|\n| **A** | 1 |\n| B |"
    cell = '<td class="n">'
    assert bare(render(text)) == (
        '<table class="table">\n<thead>\n<tr>\n<th>who</th>\n<th class="n">€</th>\n</tr>\n'
        f"</thead>\n<tbody>\n<tr>\n<td><strong>A</strong></td>\n{cell}1</td>\n</tr>\n"
        f"<tr>\n<td>B</td>\n{cell}</td>\n</tr>\n</tbody>\n</table>"
    )
    strong = {"type": "strong", "inline": [{"type": "text", "text": "A"}]}
    assert blocks(text) == [
        {
            "type": "table",
            "align": ["center", "right"],
            "head": [[{"type": "text", "text": "who"}], [{"type": "text", "text": "€"}]],
            "rows": [
                [[strong], [{"type": "text", "text": "1"}]],
                [[{"type": "text", "text": "B"}], []],
            ],
        }
    ]


def test_blocks_of_every_kind() -> None:
    text = "# H\n\none *two*  \nthree\n\n> - `c`\n\n---\n\n    code\n"
    inline = [
        {"type": "text", "text": "one "},
        {"type": "emph", "inline": [{"type": "text", "text": "two"}]},
        {"type": "break"},
        {"type": "text", "text": "three"},
    ]
    inner = {"type": "paragraph", "inline": [{"type": "code", "text": "c"}]}
    bullets = {"type": "list", "ordered": False, "items": [{"number": None, "blocks": [inner]}]}
    assert blocks(text) == [
        {"type": "heading", "level": 1, "inline": [{"type": "text", "text": "H"}]},
        {"type": "paragraph", "inline": inline},
        {"type": "quote", "blocks": [bullets]},
        {"type": "rule"},
        {"type": "code", "text": "code"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "| a |\n|---|\n| b | surplus |",
        ">" * (DEEPEST + 1) + " deep",
        ">" * 60 + " deep",
        "*a " * (DEEPEST + 1) + "z" + " a*" * (DEEPEST + 1),
        "[a](http://b.de/?x=1&amp;y=2)",
    ],
)
def test_what_markdown_would_shorten_stays_as_typed_and_alone(text: str) -> None:
    (typed,) = blocks(text)
    lines = [node["text"] for node in typed["inline"] if node["type"] == "text"]
    assert typed["type"] == "paragraph"
    assert lines == text.split("\n")
    assert [block["type"] for block in blocks(f"# h\n\n{text}\n\n- x")] == [
        *("heading", "paragraph", "list")
    ]


def test_definitions_of_links_do_not_vanish() -> None:
    assert Page(render("[a]: http://b.de 'c'")).text.strip() == "[a]: http://b.de 'c'"


@given(TEXTS)
def test_no_text_yields_anything_that_runs_or_loads(text: str) -> None:
    page = Page(render(text))
    assert set(page.tags) <= ALLOWED
    for tag, name, value in page.attributes:
        assert (tag, name) in {("a", "href"), ("a", "rel"), ("li", "value")} or name in (
            *("dir", "class"),
        )
        if name == "href":
            assert re.match(r"https?://|mailto:", value, re.IGNORECASE)


@given(TEXTS)
def test_no_text_loses_a_letter_on_a_page(text: str) -> None:
    page = Page(render(text))
    addresses = "".join(unquote(value) for _, name, value in page.attributes if name == "href")
    assert not letters(text) - letters(page.text + addresses)


@given(TEXTS)
def test_no_text_loses_a_letter_in_print(text: str) -> None:
    assert not letters(text) - letters(words_of(blocks(text)))
