import ast
import re
from pathlib import Path

import pytest

ROWS = [
    line.split(" | ")
    for line in Path("docs/bad_inputs.md").read_text().splitlines()
    if re.match(r"\| \d", line)
]


def functions(path: Path) -> set[str]:
    nodes = ast.parse(path.read_text()).body
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def test_the_table_of_bad_inputs_has_every_row_once():
    assert [row[0] for row in ROWS] == [f"| {number}" for number in range(1, 43)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("| "))
def test_a_bad_input_is_shown_by_tests_that_exist(row):
    tests = re.findall(r"`([^`]+)::([^`]+)`", row[-1])
    assert tests
    for path, name in tests:
        assert name in functions(Path("tests") / path)
