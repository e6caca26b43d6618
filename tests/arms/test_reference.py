import numpy as np
import pytest

from viewcache.arms.reference import tolerance


@pytest.mark.parametrize(("dtype", "expected"), [("float32", 1e-4), ("float16", 1e-4 + 2**-10)])
def test_the_tolerance_is_a_number_that_grows_with_the_rounding_of_the_dtype(dtype, expected):
    found = tolerance(np.dtype(dtype))
    assert type(found) is float
    assert found == pytest.approx(expected)
