"""The calls of docs/api.md, run as they stand: with curl where there is one, else as it would."""

import json
import re
import shlex
import shutil
import subprocess
from string import Template
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from devtools.places import ROOT
from tenants.scopes import ALL_SCOPES, SCOPES
from tests.factories import World, make_token, make_world

PAGE = ROOT / "docs" / "api.md"
CALLS = re.findall(r"```sh\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
# What is kept of an answer for the calls after it, by the call's place.
KEPT = {1: "PARTNER", 3: "CASE"}


@pytest.fixture
def vendor(transactional_db: None) -> World:
    """A vendor with the kind of dispute that the page names."""
    return make_world()


def filled(call: str, known: dict[str, str]) -> list[str]:
    """Return a call's words as a shell passes them on: variables stand everywhere but between
    single quotes."""
    parts = re.split(r"('[^']*')", call)
    return shlex.split(
        "".join(p if p.startswith("'") else Template(p).substitute(known) for p in parts)
    )


def sent(words: list[str]) -> Any:
    """Make the request that curl's words mean; return what was answered."""
    assert words[:2] == ["curl", "-s"]
    if curl := shutil.which("curl"):
        command = [curl, "--noproxy", "*", "--fail-with-body", *words[1:]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words, done.stdout)
        return json.loads(done.stdout)
    options = dict(zip(words[2:-1:2], words[3:-1:2], strict=True))
    headers = dict(
        v.split(": ", 1) for o, v in zip(words[2:-1:2], words[3:-1:2], strict=True) if o == "-H"
    )
    body = options.get("-d")
    method = options.get("-X", "POST" if body else "GET")
    data = body.encode() if body else None
    request = Request(words[-1], data=data, headers=headers, method=method)  # noqa: S310
    with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
        return json.load(answer)


def test_the_ten_calls_work_one_after_the_other(vendor: World, live_server: Any) -> None:
    with vendor.scope():
        token = make_token(vendor["tom"], scopes=list(ALL_SCOPES))
    known = {"PARLEY": live_server.url, "TOKEN": token, "PARTNER": "", "CASE": ""}
    answers = []
    for place, call in enumerate(CALLS):
        answer = sent(filled(call, known))
        answers.append(answer)
        if place in KEPT:
            thing = answer["results"][0] if "results" in answer else answer
            known[KEPT[place]] = thing["id"]
    assert len(answers) == 10
    assert answers[0]["user"]["name"] == "Tom"
    assert answers[2]["due_at"] == "2026-12-07T14:00:00Z"
    assert (answers[3]["status"], answers[6]["status"]) == ("new", "in_progress")
    assert answers[4]["external_id"] == "5003"
    assert {case["id"] for case in answers[5]["results"]} == {answers[3]["id"], answers[4]["id"]}
    assert answers[7]["partner"] == known["PARTNER"]
    assert answers[8]["level"]["position"] == 2


def test_the_page_names_every_scope() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [scope for scope in SCOPES if f"`{scope}`" not in text] == []
