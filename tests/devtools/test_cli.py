"""The command line: what it prints, passes on and refuses."""

import os
import re
import subprocess
import sys

import pytest

from devtools.cli import COMMANDS, main, split
from devtools.places import ROOT


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert [name for name in COMMANDS if not re.search(rf"^ +{name} ", printed, re.M)] == []


def test_words_after_a_command_that_passes_them_on_are_left_alone() -> None:
    assert split(["manage", "migrate", "--plan"]) == (["manage"], ["migrate", "--plan"])
    assert split(["test", "-k", "x", "--help"]) == (["test"], ["-k", "x", "--help"])
    assert split(["manage", "--data", "d", "shell"]) == (["manage", "--data", "d"], ["shell"])
    assert split(["up", "--port", "1"]) == (["up", "--port", "1"], [])


@pytest.mark.parametrize("command", ["prove", "bench"])
def test_a_name_that_does_not_exist_is_one_sentence(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "no-such-thing"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("dev: there is no ")
    assert error.count("\n") == 1


def test_an_old_python_is_told_so_or_replaced() -> None:
    text = (ROOT / "dev").read_text()
    compile(text, "dev", "exec")
    assert "sys.version_info < (3, 11)" in text
    assert not re.search(r"f\"|->|: str", text), "an old Python must be able to read it"


def test_roles_are_printed_without_anything_being_installed() -> None:
    bare = {"PATH": os.environ["PATH"]}
    words = [sys.executable, "-I", str(ROOT / "dev"), "roles"]
    done = subprocess.run(words, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "CREATE ROLE parley_app" in done.stdout
