"""What looks at every page sees what is wrong with one."""

import pytest
from playwright.sync_api import Browser

from tests.browser.desk import Desk

BROKEN = """<!DOCTYPE html><html lang="en"><title>Broken</title><main><h1>One</h1><h1>Two</h1>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p style="width: 5000px">wide</p></main>
<script>console.error("bad")</script></html>"""
FINE = '<!DOCTYPE html><html lang="en"><title>Fine</title><main><h1>One</h1></main></html>'


@pytest.mark.browser
def test_a_broken_page_is_told_from_a_good_one(chromium: Browser) -> None:
    desk = Desk(chromium.new_page(), "")
    desk.page.set_content(FINE)
    assert desk.faults() == {}
    desk.page.set_content(BROKEN)
    found = desk.faults()
    assert [rule.partition(":")[0] for rule in found.pop("accessibility")] == ["image-alt"]
    assert found.pop("wider than the screen by") > 1000
    assert found == {"console": ["bad"], "headings of the first level": 1}
    desk.page.close()
