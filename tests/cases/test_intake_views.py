"""Logging a dispute as staff: what a step gives back to the one before it."""

import re

import pytest

from tests.escalation.browsing import browser
from tests.factories import World

ANSWERS = {
    "title": "Lead went past us",
    "description": "We sourced it on 3 November.",
    "expected_outcome": "The lead back.",
    "revenue": "30000",
    "customers": "1",
    "exposure": "tender",
    "relationship": "signal",
}


def test_another_severity_than_the_score_says_needs_a_reason(world: World) -> None:
    partner = str(world.partners["rheintor"].pk)
    data = {**ANSWERS, "partner": partner, "severity": "s1", "step": "check"}
    client, url = browser(world, "tom"), f"/t/{world.tenant.slug}/log/lead-routing/"
    answer = client.post(url, data)
    assert (answer.status_code, "Say why the score does not fit." in answer.content.decode()) == (
        *(422, True),
    )
    answer = client.post(url, {**data, "severity_reason": "The press is here."})
    assert (answer.status_code, "<dd>Critical</dd>" in answer.content.decode()) == (200, True)


@pytest.mark.parametrize(
    ("decides_soon", "ticked"), [(None, False), ("False", False), ("on", True), ("True", True)]
)
def test_changing_answers_gives_all_of_them_back(
    world: World, decides_soon: str | None, ticked: bool
) -> None:
    partner = world.partners["rheintor"].pk
    data = {**ANSWERS, "partner": str(partner), "step": "change"}
    if decides_soon is not None:
        # As the page with all answers hands a tick back.
        data["decides_soon"] = decides_soon
    url = f"/t/{world.tenant.slug}/log/lead-routing/"
    text = browser(world, "tom").post(url, data).content.decode()
    for name in ("title", "description", "expected_outcome", "revenue"):
        assert ANSWERS[name] in text
    for chosen in (str(partner), "tender", "signal"):
        assert f'<option value="{chosen}" selected>' in text
    (box,) = re.findall(r'<input type="checkbox" name="decides_soon"[^>]*>', text)
    assert ("checked" in box) == ticked
