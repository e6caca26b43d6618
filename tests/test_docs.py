import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from viewcache import cli

BAD_INPUTS = Path("docs/bad_inputs.md").read_text()
INTEGRITY = Path("docs/integrity.md").read_text()
ROOTS = "(?:stages|viewcache|tests|studies|benchmarks|docs|recipes)"
PAGES = [
    Path("README.md"),
    Path("CONTRIBUTING.md"),
    Path("SECURITY.md"),
    *sorted(Path("docs").glob("*.md")),
    *sorted(Path("recipes").glob("*.yaml")),
]
ROWS = [line.split(" | ") for line in BAD_INPUTS.splitlines() if re.match(r"\| \d", line)]


def functions(path: Path) -> set[str]:
    nodes = ast.parse(path.read_text()).body
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def test_the_table_of_bad_inputs_has_every_row_once():
    numbers = [int(row[0].strip("| ")) for row in ROWS]
    assert numbers == sorted({*range(1, 43), *numbers})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("| "))
def test_a_bad_input_is_shown_by_tests_that_exist(row):
    assert_tests_exist(row[-1])


def test_what_integrity_rests_on_is_shown_by_tests_that_exist():
    assert_tests_exist(INTEGRITY)


def assert_tests_exist(text: str) -> None:
    tests = re.findall(r"`([^`]+)::([^`]+)`", text)
    assert tests
    for path, name in tests:
        assert name in functions(Path("tests") / path)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_what_a_page_names_is_there(page):
    text = page.read_text()
    for path in re.findall(rf"`({ROOTS}/[\w./]*)`", text):
        assert Path(path).exists(), path
    for link in re.findall(r"\]\(([^:)#]+)\)", text):
        assert (page.parent / link).exists(), link
    for module in re.findall(rf"python -m\s({ROOTS}[\w.]*)", text):
        assert find_spec(module.rstrip(".")), module


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_command_that_a_page_names_is_one(page, capsys):
    targets = re.findall(r"^([a-z]+):", Path("Makefile").read_text(), re.MULTILINE)
    assert set(commands("make", page)) <= set(targets)
    for command in commands("viewcache", page):
        with pytest.raises(SystemExit, match=r"^0$"):
            cli.main([command, "--help"])


def commands(program: str, page: Path) -> list[str]:
    """Those of a program that stand in code, whether in a line or in a block."""
    code = " ".join(re.findall(r"```.*?```|`[^`]+`", page.read_text(), re.DOTALL))
    return re.findall(rf"[`\n]{program}\s([a-z]+)", code)
