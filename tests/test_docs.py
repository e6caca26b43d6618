import ast
import re
from pathlib import Path

import pytest

BAD_INPUTS = Path("docs/bad_inputs.md").read_text()
INTEGRITY = Path("docs/integrity.md").read_text()
ROWS = [line.split(" | ") for line in BAD_INPUTS.splitlines() if re.match(r"\| \d", line)]


def functions(path: Path) -> set[str]:
    nodes = ast.parse(path.read_text()).body
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def test_the_table_of_bad_inputs_has_every_row_once():
    assert [row[0] for row in ROWS] == [f"| {number}" for number in range(1, 43)]


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
