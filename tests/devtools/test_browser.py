"""The suite's browser is found or fetched, and loads a page."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from devtools import browser
from devtools.console import LauncherError


@pytest.mark.browser
def test_a_page_is_loaded_and_its_script_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in browser.browser_environment().items():
        monkeypatch.setenv(name, value)
    path = browser.chromium_path()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browser.launch_arguments())
        page = chromium.new_page()
        page.set_content(
            "<h1>…</h1><script>document.querySelector('h1').textContent = 6 * 7</script>"
        )
        assert page.inner_text("h1") == "42"
        chromium.close()


def test_a_named_browser_that_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM_PATH", "/nowhere/chromium")
    with pytest.raises(LauncherError, match=r"^CHROMIUM_PATH names /nowhere/chromium"):
        browser.chromium_path()


def test_a_browser_on_the_path_is_taken_before_a_fetched_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert browser.chromium_path(tmp_path) == str(program)


def test_the_pinned_build_is_the_one_in_the_lock() -> None:
    assert browser.pin() == "147.0.0"
