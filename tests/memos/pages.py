"""Pages of memos as people see them, and what a browser sends back."""

import re
from typing import Any

from django.urls import reverse

from memos.models import Memo
from tests.escalation.browsing import browser
from tests.factories import World
from tests.memos.story import action_of, in_state


def url(world: World, name: str, *rest: object) -> str:
    """Return an address of the vendor's."""
    return reverse(name, args=[world.tenant.slug, *rest])


def page(world: World, who: str, name: str, *rest: object, expect: int = 200, **query: Any) -> str:
    """Return a page as a person sees it."""
    answer = browser(world, who).get(url(world, name, *rest), query)
    assert answer.status_code == expect
    return answer.content.decode()


def form_of(html: str) -> dict[str, str]:
    """Return what a browser without scripts would send back of the editor."""
    start = html.index('id="memo-form"')
    html = html[start : html.index("</form>", start)]
    data = {}
    for tag in re.findall(r"<input[^>]*>", html):
        value = re.search(r'value="([^"]*)"', tag)
        name = re.search(r'name="([^"]*)"', tag)
        assert name is not None
        data[name[1]] = value[1] if value else ""
    texts = re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', html, re.S)
    data |= dict(texts)
    for name_, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)"\s+selected', inner)
        data[name_] = chosen[1] if chosen else ""
    return data


def in_scope(world: World, state: str) -> Memo:
    """Return a memo in a state, made out of any request."""
    with world.scope():
        return in_state(world, state)


def action_id(world: World, memo: Memo, what: str) -> Any:
    """Return the id of one of a memo's actions."""
    with world.scope():
        return action_of(memo, what).pk
