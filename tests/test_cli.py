"""The command explains itself, and make calls no command that it does not have."""

import ast
import os
import re
import shutil
import subprocess
import sys
from inspect import signature
from pathlib import Path
from pkgutil import resolve_name

import pytest

from viewcache.cli import COMMANDS, main, parse

MAKEFILE = Path("Makefile").read_text()


def printed(capsys, *arguments: str) -> str:
    """What a call prints that only explains."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 0
    return capsys.readouterr().out


def test_the_help_has_a_line_for_every_command(capsys):
    text = printed(capsys, "--help")
    assert tuple(re.findall(r"^    (\w+)\s+\w+ ", text, re.MULTILINE)) == tuple(COMMANDS)
    assert "`dvc repro` answers" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(capsys, command):
    [line] = re.findall(rf"^    {command}\s+(.+)$", printed(capsys, "--help"), re.MULTILINE)
    text = printed(capsys, command, "--help")
    assert text.startswith(f"usage: viewcache {command} ")
    assert line in " ".join(text.split())


def test_defaults_are_told(capsys):
    assert "how many features (1000)" in printed(capsys, "verify", "--help")
    assert "of the server (5000)" in printed(capsys, "ui", "--help")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("paln",), "invalid choice: 'paln'"),
        (("recipe",), "the following arguments are required: NAME"),
        (("plan", "--recipe"), "expected one argument"),
        (("verify", "--features", "many"), "invalid int value: 'many'"),
    ],
)
def test_a_call_that_cannot_be_understood_says_why(capsys, arguments, words):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", "PHOTOS"),
        ("init", "--upgrade"),
        ("plan",),
        ("preview",),
        ("explain",),
        ("recipe", "NAME"),
        ("compare", "RUN"),
        ("shortlist",),
        ("certify",),
        ("verify",),
        ("recover",),
        ("predict", "FILE", "--out", "CSV"),
        ("export", "--keras", "FILE"),
        ("register",),
        ("ui",),
    ],
)
def test_what_a_command_is_given_is_what_its_function_takes(arguments):
    function, given = parse(arguments)
    signature(resolve_name(function)).bind(**given)


def test_it_runs_as_a_module():
    command = [sys.executable, "-m", "viewcache", "--help"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout.startswith("usage: viewcache ")


def test_make_calls_commands_that_exist():
    called = re.findall(r"python -m viewcache (\w+)", MAKEFILE)
    assert set(called) <= set(COMMANDS)
    assert len(re.findall(r"python -m viewcache\b", MAKEFILE)) == len(called)


@pytest.mark.parametrize("arguments", [(), ("help",)])
def test_make_lists_its_targets_a_line_each(arguments):
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments], capture_output=True, check=True, text=True
    )
    listed = [line.split()[1] for line in done.stdout.splitlines()]
    assert listed == re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_without_python_make_says_what_to_install(tmp_path):
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(name, tmp_path)
    command = ["make", "--no-print-directory", "plan", "PYTHON=python3.11.not-there"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "PYTHON=its/path. Received: python3.11.not-there\n" in done.stderr
    assert list(tmp_path.glob(".venv")) == []


@pytest.mark.parametrize("photos", ["it's a $(HOME) `#1`", "~/two  words\\n", '"$PATH"'])
def test_make_hands_over_what_was_written_whatever_the_shell_would_make_of_it(tmp_path, photos):
    shutil.copy("Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.argv[1:])\n")
    python.chmod(0o755)
    (tmp_path / ".venv/ready").touch()

    def made(*words: str) -> list[str]:
        # As from a shell, and not below the `make` that runs the tests.
        environment = {name: os.environ[name] for name in os.environ if "MAKE" not in name}
        command = ["make", "init", *words]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        return ast.literal_eval(done.stdout)

    group = r"^(.*'\d+)_.*$"
    assert made(f"PHOTOS={photos}", f"GROUP={group}")[2:] == ["init", photos, "--group", group]
    assert made()[2:] == ["init"]
