import contextlib
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests.views.rendered import CAT
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.policy import Policy
from viewcache.views import own
from viewcache.views.own import refuse_unsteady
from viewcache.views.plan import draw
from viewcache.views.render import operations, render

DIGESTS = ["a" * 64, "b" * 64]
IMAGES = np.stack([CAT, CAT])
POLICY = Policy(own="my_views.py:changed")


@pytest.fixture
def write(tmp_path):
    """Write `augmentations/my_views.py`."""

    def write(body: str, imports: str = "import numpy as np") -> None:
        path = Path("augmentations/my_views.py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{imports}\ndef changed(image, random):\n    {body}\n")

    with contextlib.chdir(tmp_path):
        yield write


def views(view=1):
    return render(IMAGES, draw(POLICY, 0, view, DIGESTS))


def test_the_function_gets_the_image_and_a_generator_of_the_row(write):
    write("return image + random.integers(0, 9, image.shape, np.uint8)")
    one, other = views().astype(int) - IMAGES
    assert not np.array_equal(one, other)
    assert np.array_equal(views(), views())
    assert not np.array_equal(views(2), views())


def test_view_0_is_the_image_itself(write):
    write("return 255 - image")
    assert np.array_equal(views(0), IMAGES)
    assert np.array_equal(views(1), 255 - IMAGES)


def test_it_comes_after_all_other_operations(write):
    write("return np.where(image > 127, 255, 0).astype(np.uint8)")
    plan = draw(Policy(own=POLICY.own, noise=0.2, brightness=0.5), 0, 1, DIGESTS)
    assert set(np.unique(render(IMAGES, plan))) == {0, 255}


def test_a_function_that_writes_into_its_image_changes_no_other(write):
    write("image[:] = 0; return image")
    before = IMAGES.copy()
    assert views().max() == 0
    assert np.array_equal(before, IMAGES)


def test_other_code_makes_other_keys_and_the_same_code_the_same(write):
    write("return 255 - image")
    before = operations(draw(POLICY, 0, 1, DIGESTS))
    assert operations(draw(POLICY, 0, 1, DIGESTS)) == before
    write("return 254 - image")
    assert operations(draw(POLICY, 0, 1, DIGESTS)) != before


def test_another_version_of_what_it_imports_makes_other_keys(write, monkeypatch):
    write("return image", "import library")
    found = set()
    for version in "12":
        monkeypatch.setitem(sys.modules, "library", SimpleNamespace(__version__=version))
        own._load.cache_clear()  # as in another process
        found |= {*operations(draw(POLICY, 0, 1, DIGESTS[:1]))}
    assert len(found) == 2


def test_a_plan_of_other_code_is_not_rendered(write):
    write("return 252 - image")
    plan = draw(POLICY, 0, 1, DIGESTS)
    write("return 253 - image")
    with pytest.raises(PipelineError, match="must be what views were planned with: `dvc repro`"):
        render(IMAGES, plan)


def test_no_bytecode_is_left_beside_it(write):
    write("return image")
    views()
    assert [path.name for path in Path("augmentations").iterdir()] == ["my_views.py"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("return image.astype(float)", "must return an array of uint8. Received: float64"),
        ("return None", "must return an array of uint8. Received: NoneType"),
        ("return image[:5]", "must keep the shape (160, 160, 3). Received: (5, 160, 3)"),
        ("return image + nothing", "must take every image. Received: NameError("),
    ],
)
def test_what_a_view_cannot_be_is_refused(write, body, complaint):
    write(body)
    with pytest.raises(PipelineError, match=re.escape(complaint)):
        views()


@pytest.mark.parametrize(
    ("imports", "name", "complaint"),
    [
        ("", "other.py:changed", "augmentations/other.py must be a file"),
        ("", "my_views.py:other", "must have a function other. Received: none"),
        ("import nowhere", "my_views.py:changed", "must run. Received: ModuleNotFoundError("),
        ("1 +", "my_views.py:changed", "must run. Received: SyntaxError("),
    ],
)
def test_what_is_no_function_is_refused(write, imports, name, complaint):
    write("return image", imports)
    with pytest.raises(PipelineError, match=re.escape(complaint)):
        draw(Policy(own=name), 0, 1, DIGESTS)


@pytest.mark.parametrize(
    "body",
    [
        "return image + np.random.randint(0, 9, image.shape, np.uint8)",
        "import time; return image + np.uint8(time.perf_counter_ns() // 64 % 200)",
        "calls.append(0); return image + np.uint8(len(calls) % 200)",
    ],
)
def test_a_function_that_is_not_deterministic_is_found_out(write, body):
    write(body, "import numpy as np\ncalls = []")
    with pytest.raises(PipelineError, match="must give the same for the same image"):
        refuse_unsteady(views, POLICY)


def test_a_function_that_draws_from_its_generator_is_steady(write):
    write("return image + random.integers(0, 9, dtype=np.uint8)")
    refuse_unsteady(views, POLICY)
