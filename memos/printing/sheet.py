"""The values that the sheet gets: Markdown's blocks and plain lines, each with its direction."""

from collections.abc import Iterable, Iterator
from typing import Any

from memos.markdown import Node, blocks
from memos.printing.signs import printable, rightwards, visible

# Signs of a word before it may be broken: in running text, and in a table all columns together.
IN_TEXT, IN_ROW = 40, 64
WIDEST = 7  # columns
AS_IS = {"type", "href", "align", "level", "ordered", "number"}
INNER = ("inline", "blocks", "items", "head", "cells")


def line(text: str, longest: int = IN_TEXT) -> Node:
    """Return one line of plain text for the sheet."""
    shown = printable(" ".join(text.split()), longest)
    return {"text": shown, "rtl": rightwards(shown)}


def flow(markdown: str) -> list[Node]:
    """Return a section's Markdown for the sheet."""
    return drawn_all(blocks(markdown), IN_TEXT)


def drawn_all(nodes: Iterable[Node], longest: int) -> list[Node]:
    """Return nodes for the sheet."""
    return [drawn(each, longest) for node in nodes for each in unfolded(node)]


def drawn(node: Node, longest: int) -> Node:
    """Return a node with printable texts, and with the side that its lines begin on."""
    if "align" in node:
        longest = IN_ROW // len(node["align"])
    made = {key: shown(key, value, longest) for key, value in node.items()}
    return made | {"rtl": rightwards(plain(made))}


def shown(key: str, value: Any, longest: int) -> Any:
    """Return one value of a node as the sheet gets it."""
    if key in AS_IS:
        return value
    return printable(value, longest) if isinstance(value, str) else drawn_all(value, longest)


def unfolded(node: Node) -> Iterator[Node]:
    """Yield what is printed for a node: paper shows addresses, and has only so much width."""
    kind = node.get("type")
    if kind == "table":
        yield from rows(node) if len(node["align"]) > WIDEST else [table(node)]
    elif kind != "heading" or visible(plain(node)):
        yield node
    if kind == "link" and plain(node) != node["href"].removeprefix("mailto:"):
        yield {"type": "text", "text": f" ({node['href']})"}


def table(node: Node) -> Node:
    """Return a table whose cells are nodes, so that each can have its direction."""
    cells = [[{"inline": cell} for cell in row] for row in (node["head"], *node["rows"])]
    return node | {"head": cells[0], "rows": [{"cells": row} for row in cells[1:]]}


def rows(node: Node) -> Iterator[Node]:
    """Yield a paragraph for each row of a table that no sheet is wide enough for."""
    for row in (node["head"], *node["rows"]):
        parts = [part for cell in row for part in (*cell, {"type": "text", "text": " | "})]
        yield {"type": "paragraph", "inline": parts[:-1]}


def plain(node: Node) -> str:
    """Return a node's text alone."""
    own: str = node.get("text", "")
    return own + "".join(plain(inner) for key in INNER for inner in node.get(key, ()))
