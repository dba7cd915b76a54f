"""What people write in a memo, as HTML for pages and as plain values for print.

CommonMark with tables and strikethrough. A memo is a record, so nothing that was written may
vanish: a block that Markdown would shorten (surplus cells of a table row, quotes too deep to
follow) is shown as it was typed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

Node = dict[str, Any]

SCHEMES = ("http://", "https://", "mailto:")
LONGEST_LINK = 2_000
DEEPEST = 16  # blocks and marks inside one another; print gives up a little later
# The page's own headings end at h2, where a section of the memo begins.
FIRST_HEADING, LAST_HEADING = 3, 6
FLOWING = {"p", "h3", "h4", "h5", "h6", "li", "th", "td", "blockquote"}
TAGS = FLOWING | {
    *("ul", "ol", "strong", "em", "s", "code", "pre", "br", "hr", "a"),
    *("table", "thead", "tbody", "tr"),
}
ATTRIBUTES = {"a": {"href"}, "li": {"value"}}
CLASSES = {"table": {"table"}, "th": {"n"}, "td": {"n"}}
MARKS = {"strong": "strong", "em": "emph", "s": "strike"}
STYLE_OF = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}
# What a person types stays: no definitions that vanish, no entities that turn into other signs.
IGNORED = ("reference", "entity", "html_block", "html_inline")


class Parser(MarkdownIt):
    """CommonMark that links to web pages and mail addresses only."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Tell whether a link may lead there; where not, its source stays visible as text."""
        return url.lower().startswith(SCHEMES) and len(quoted(url)) <= LONGEST_LINK

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        """Leave an address as it was typed, for `kept` to compare; `quoted` comes later."""
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library's name
        """Show an address as it was typed."""
        return link


PARSER = (
    Parser("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable([*IGNORED])
)


def render(text: str) -> SafeString:
    """Return a text's HTML: headings from h3 on, links to elsewhere, nothing that loads or runs."""
    html = PARSER.renderer.render(tokens(text), PARSER.options, {})
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        set_tag_attribute_values={tag: {"dir": "auto"} for tag in FLOWING},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noreferrer noopener nofollow",
    )
    return SafeString(cleaned)


def blocks(text: str) -> list[Node]:
    """Return a text as a tree of plain values, for print.

    Blocks (`type`): paragraph and heading (`inline`, `level` from 1), list (`ordered`, `items`
    of `number` and `blocks`), quote (`blocks`), code (`text`), table (`align`, `head`, `rows` of
    cells of inlines), rule. Inlines: text and code (`text`), strong, emph, strike (`inline`),
    link (`href`, `inline`), break.
    """
    return [block(node) for node in SyntaxTreeNode(tokens(text)).children]


def clean(text: str) -> str:
    """Return the text without NUL, and with a sign for every half of a broken character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def tokens(text: str) -> list[Token]:
    """Return the text's tokens, with headings, links, lists and tables as we show them."""
    source = clean(text)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found: list[Token] = []
    for group in groups(PARSER.parse(source)):
        first, last = group[0].map or [0, 0]
        found += group if kept(lines[first:last], group) else as_typed(lines[first:last])
    settle_headings(found)
    settle_numbers(found)
    for token in found:
        settle(token)
    return found


def groups(parsed: list[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each outermost block."""
    group: list[Token] = []
    for token in parsed:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


def kept(lines: list[str], group: list[Token]) -> bool:
    """Tell whether a block's tokens carry every letter and digit of its lines, and stay shallow."""
    written = Counter(filter(str.isalnum, "".join(lines)))
    return deepest(group) <= DEEPEST and not written - Counter(
        sign for part in carried(group) for sign in part if sign.isalnum()
    )


def deepest(group: list[Token]) -> int:
    """Return how many blocks and marks are open at once at most."""
    inner = max((child.level for token in group for child in token.children or ()), default=0)
    return max(token.level for token in group) + inner


def carried(group: Iterable[Token]) -> Iterator[str]:
    """Yield every piece of text that the tokens show."""
    for token in group:
        yield token.info
        if token.children is None:
            yield token.content
        else:
            yield from carried(token.children)
        if token.markup != "autolink":  # there the text is the address
            yield from (str(token.attrGet(name) or "") for name in ("href", "src", "title"))


def as_typed(lines: list[str]) -> list[Token]:
    """Return the lines as one paragraph, without any meaning of their signs."""
    inline = Token("inline", "", 0, level=1, children=[])
    for line in lines:
        inline.children = [*(inline.children or ()), words(line.strip())]
        inline.children.append(Token("hardbreak", "br", 0))
    inline.children = (inline.children or [])[:-1]
    return [Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)]


def settle_headings(found: list[Token]) -> None:
    """Renumber headings so that none skips a level, whatever the author began with."""
    above: list[int] = []
    level = FIRST_HEADING
    for token in found:
        if token.type == "heading_open":
            typed = int(token.tag[1:])
            above = [each for each in above if each < typed] + [typed]
            level = min(FIRST_HEADING + len(above) - 1, LAST_HEADING)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{level}"


def settle_numbers(found: list[Token]) -> None:
    """Number list items as typed; a number that repeats means the next one."""
    typed: list[tuple[int, int]] = []
    for token in found:
        if token.type == "ordered_list_open":
            typed.append((-1, 0))
            token.attrs.pop("start", None)
        elif token.type == "ordered_list_close":
            typed.pop()
        elif token.type == "list_item_open" and token.info:
            before, number = typed[-1]
            written = int(token.info)
            typed[-1] = (written, number + 1 if written == before else written)
            token.attrSet("value", str(typed[-1][1]))


def settle(token: Token) -> None:
    """Bring one token into the form that both HTML and print are made from."""
    style = token.attrs.pop("style", None)
    if token.type == "table_open" or style == "text-align:right":
        token.attrSet("class", "table" if token.type == "table_open" else "n")
    if style:
        token.meta["align"] = STYLE_OF[str(style)]
    if token.type == "fence" and token.info:
        token.content, token.info = f"{token.info.strip()}\n{token.content}", ""
    if token.children:
        token.children = list(settled_inline(token.children))


def settled_inline(children: list[Token]) -> Iterator[Token]:
    """Yield inlines: a picture becomes a link to it, a link's title text behind the link."""
    links: list[Token] = []
    for child in children:
        if child.type == "image":
            yield from settled_inline(picture(child))
        elif child.type == "link_open":
            links.append(child)
            yield link_start(child)
        elif child.type == "link_close":
            yield from link_end(child, links.pop())
        else:
            yield child


def link_start(opened: Token) -> Token:
    """Return the start of a link, or the sign typed for it where it leads nowhere."""
    if not opened.attrs["href"]:
        return words("[")
    opened.attrs["href"] = quoted(str(opened.attrs["href"]))
    opened.meta["title"] = opened.attrs.pop("title", "")
    return opened


def link_end(closed: Token, opened: Token) -> Iterator[Token]:
    """Yield the end of a link and its title."""
    if not opened.attrs["href"]:
        yield words(f"]({opened.attrs.get('title', '')})")
        return
    yield closed
    if opened.meta["title"]:
        yield words(f" ({opened.meta['title']})")


def words(text: str) -> Token:
    """Return plain words."""
    return Token("text", "", 0, content=text)


def picture(image: Token) -> list[Token]:
    """Return the link that stands for a picture: nothing loads from another origin."""
    attrs = {"href": image.attrs["src"], "title": image.attrs.get("title", "")}
    opened = Token("link_open", "a", 1, attrs=attrs)
    shown = image.content or str(image.attrs["src"])
    return [opened, words(shown), Token("link_close", "a", -1)]


def quoted(url: str) -> str:
    """Return an address in ASCII, with everything that may stand in one left alone."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")


def block(node: SyntaxTreeNode) -> Node:
    """Return one block as plain values."""
    return BLOCKS.get(node.type, paragraph)(node)


def paragraph(node: SyntaxTreeNode) -> Node:
    """Return a paragraph."""
    return {"type": "paragraph", "inline": inlines(node)}


def heading(node: SyntaxTreeNode) -> Node:
    """Return a heading; the level counts from 1 within the text."""
    level = int(node.tag[1:]) - FIRST_HEADING + 1
    return {"type": "heading", "level": level, "inline": inlines(node)}


def listing(node: SyntaxTreeNode) -> Node:
    """Return a list."""
    items = [item(each) for each in node.children]
    return {"type": "list", "ordered": node.type == "ordered_list", "items": items}


def quotation(node: SyntaxTreeNode) -> Node:
    """Return what is quoted."""
    return {"type": "quote", "blocks": [block(child) for child in node.children]}


def code(node: SyntaxTreeNode) -> Node:
    """Return lines that stay as they are."""
    return {"type": "code", "text": node.content.removesuffix("\n")}


def rule(_node: SyntaxTreeNode) -> Node:
    """Return a line between two parts."""
    return {"type": "rule"}


def item(node: SyntaxTreeNode) -> Node:
    """Return one item of a list; `number` is none in a list without numbers."""
    value = node.attrs.get("value")
    number = None if value is None else int(value)
    return {"number": number, "blocks": [block(child) for child in node.children]}


def table(node: SyntaxTreeNode) -> Node:
    """Return a table; every row has as many cells as the head."""
    head, *rows = [row for part in node.children for row in part.children]
    return {
        "type": "table",
        "align": [cell.meta.get("align", "left") for cell in head.children],
        "head": [inlines(cell) for cell in head.children],
        "rows": [[inlines(cell) for cell in row.children] for row in rows],
    }


BLOCKS: dict[str, Callable[[SyntaxTreeNode], Node]] = {
    "heading": heading,
    "bullet_list": listing,
    "ordered_list": listing,
    "blockquote": quotation,
    "fence": code,
    "code_block": code,
    "table": table,
    "hr": rule,
}


def inlines(node: SyntaxTreeNode) -> list[Node]:
    """Return the inlines of a block, lines of one paragraph joined by a space."""
    children = (part for child in node.children for part in child.children)
    return [inline(child) for child in children if child.type != "text" or child.content]


def inline(node: SyntaxTreeNode) -> Node:
    """Return one inline as plain values."""
    inner = [inline(child) for child in node.children]
    match node.type:
        case "softbreak":
            return {"type": "text", "text": " "}
        case "hardbreak":
            return {"type": "break"}
        case "code_inline":
            return {"type": "code", "text": node.content}
        case "link":
            return {"type": "link", "href": str(node.attrs["href"]), "inline": inner}
        case "strong" | "em" | "s":
            return {"type": MARKS[node.type], "inline": inner}
        case _:
            return {"type": "text", "text": node.content}
