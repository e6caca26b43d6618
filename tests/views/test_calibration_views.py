import numpy as np
import pytest

from tests.policies import EVERYTHING
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import save_array
from viewcache.images.prepared import Prepared
from viewcache.views.calibration_views import (
    MOST,
    draw_sample,
    freeze,
    read_frozen,
    render_sample,
)
from viewcache.views.plan import draw
from viewcache.views.render import render

DIGESTS = [f"{number:064x}" for number in range(2000)]


@pytest.mark.parametrize(("images", "drawn"), [(1, 1), (40, 10), (1200, MOST), (2000, MOST)])
def test_a_sample_is_a_quarter_of_few_images_and_300_of_many(images, drawn):
    sample = draw_sample(DIGESTS[:images], 0, EVERYTHING)
    assert len(sample.images) == drawn
    assert set(sample.images) <= set(DIGESTS[:images])


def test_a_sample_holds_images_as_they_are_and_random_views_in_equal_parts():
    views = list(draw_sample(DIGESTS, 0, EVERYTHING).images.values())
    assert (views.count(0), views.count(1)) == (150, 150)


def test_a_sample_does_not_depend_on_the_order_of_images():
    assert draw_sample(DIGESTS[::-1], 0, EVERYTHING) == draw_sample(DIGESTS, 0, EVERYTHING)


def test_a_lock_file_gives_the_sample_that_was_frozen(tmp_path):
    sample = draw_sample(DIGESTS, 3, EVERYTHING)
    freeze(tmp_path / "lock", sample)
    assert read_frozen(tmp_path / "lock") == sample
    assert list(read_frozen(tmp_path / "lock").images) == list(sample.images)


def test_without_a_lock_file_or_with_an_empty_one_nothing_is_frozen(tmp_path):
    assert read_frozen(tmp_path / "lock") is None
    (tmp_path / "lock").write_text("{}\n")
    assert read_frozen(tmp_path / "lock") is None


@pytest.mark.parametrize("text", ["{", "[]", '{"seed": 0}', "\xff"])
def test_a_damaged_lock_file_is_refused(tmp_path, text):
    (tmp_path / "lock").write_text(text, encoding="latin-1")
    with pytest.raises(PipelineError, match="must hold a sample of views: remove it"):
        read_frozen(tmp_path / "lock")


def test_a_sample_of_images_that_are_gone_is_refused(tmp_path):
    images = Prepared(tmp_path, DIGESTS[:3], np.zeros(3, int))
    with pytest.raises(PipelineError, match=r"Received: 29\d of 300 are missing"):
        render_sample(images, draw_sample(DIGESTS, 0, EVERYTHING))


def test_a_sample_is_rendered_in_the_views_that_it_names(tmp_path):
    images = Prepared(tmp_path, DIGESTS[:12], np.zeros(12, int))
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 3), np.uint8)
    save_array(images.pixels, pixels)
    sample = draw_sample(images.digests, 5, EVERYTHING)
    for found, (digest, view) in zip(
        render_sample(images, sample), sample.images.items(), strict=True
    ):
        row = [DIGESTS.index(digest)]
        assert np.array_equal(found, render(pixels[row], draw(EVERYTHING, 5, view, [digest]))[0])
