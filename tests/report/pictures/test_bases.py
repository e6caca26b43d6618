import numpy as np
from PIL import Image

from tests.judge.test_standing import standing
from tests.report.pictures.test_differences import painted
from viewcache.report.pictures.bases import draw_bases, paint_bases
from viewcache.report.shortlist import list_bases

LISTED = list_bases(
    [standing(0.9, 0.8, name="A", speed=10), standing(0.5, name="B", speed=100)], passes=1000
)


def test_a_base_stands_at_its_seconds_and_accuracy_with_its_number_and_interval():
    axes = painted(lambda axes: paint_bases(axes, LISTED, "robustness"))
    assert [line.get_xydata().tolist() for line in axes.lines] == [[[100, 0.8]], [[10, 0.5]]]
    assert [text.get_text() for text in axes.texts] == ["1", "2"]
    assert axes.get_legend_handles_labels()[1] == ["1 A", "2 B"]
    [low, high] = axes.collections[0].get_segments()[0]
    assert low[1] < 0.8 < high[1]
    assert axes.get_title() == "random views of the test images"


def test_the_picture_is_a_png_with_something_on_it(tmp_path):
    draw_bases(tmp_path / "shortlist.png", LISTED)
    pixels = np.asarray(Image.open(tmp_path / "shortlist.png").convert("L"))
    assert pixels.min() < 50 < pixels.mean()
