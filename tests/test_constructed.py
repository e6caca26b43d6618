"""The recommendation on images of which the right answer is known, with the real base and heads."""

import pytest

from studies.constructed import CASES, new_trainer, open_real_base, recommended
from viewcache.heads.training import make_deterministic


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """The real base, and a trainer of heads on it."""
    make_deterministic()
    base = open_real_base(tmp_path_factory.mktemp("constructed") / "base")
    return base, new_trainer()


@pytest.mark.slow
@pytest.mark.parametrize("case", ["needed", "hurtful"])
def test_the_recommendation_is_right(case, tools):
    found = recommended(*tools, CASES[case], repeat=0)
    assert CASES[case].is_right(found)
    effect = found.effects["robustness" if case == "needed" else "clean"]
    assert effect.is_gain if case == "needed" else effect.is_loss
