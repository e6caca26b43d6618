from benchmarks.measure import Target, single
from benchmarks.page import with_section


def test_a_row_that_misses_its_target_is_marked():
    rows = [single("a slow one", 1.4, Target(1.5)), single("a fast one", 1.6, Target(1.5))]
    lines = with_section("", "heads", rows, "abc1234").splitlines()
    assert ["**no**" in line for line in lines if "a slow" in line or "a fast" in line] == [
        True,
        False,
    ]


def test_one_section_is_measured_anew_and_the_others_stay():
    page = with_section("", "heads", [single("a", 1, Target(1))], "abc1234")
    page = with_section(page, "arms", [single("b", 2, Target(1))], "abc1234")
    renewed = with_section(page, "heads", [single("c", 3, Target(1))], "def5678")
    assert renewed.count("## ") == 2
    assert renewed.index("## heads") < renewed.index("def5678") < renewed.index("## arms")
    assert "| b" in renewed
    assert "| a" not in renewed
    assert with_section(renewed, "heads", [single("c", 3, Target(1))], "def5678") == renewed
