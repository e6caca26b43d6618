import contextlib
import re

import numpy as np

from tests.views.rendered import CAT
from tests.views.table import PAGE, page
from viewcache.ground.params.policy import Policy
from viewcache.views.own import refuse_unsteady
from viewcache.views.plan import draw
from viewcache.views.render import render


def test_the_tables_are_those_of_the_operations():
    assert page() == PAGE.read_text(), "python -m tests.views.table"


def test_the_example_of_an_own_function_works(tmp_path):
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "augmentations").mkdir()
    (tmp_path / "augmentations/my_views.py").write_text(code)
    policy, images = Policy(own="my_views.py:bent"), np.stack([CAT, CAT])
    with contextlib.chdir(tmp_path):
        views = render(images, draw(policy, 0, 1, ["a", "b"]))
        refuse_unsteady(lambda: render(images, draw(policy, 0, 1, ["a", "b"])), policy)
    assert not np.array_equal(*views)
