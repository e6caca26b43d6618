import numpy as np
from PIL import Image
from skimage import data

from tests.policies import EVERYTHING
from viewcache.views.contact_sheet import draw_contact_sheet
from viewcache.views.plan import draw
from viewcache.views.render import render


def test_the_sheet_has_a_row_an_image_and_a_column_a_view(tmp_path):
    images = np.stack([data.chelsea()[:100, :100], data.astronaut()[:100, :100]])
    views = [render(images, draw(EVERYTHING, 0, view, ["a", "b"])) for view in range(8)]
    draw_contact_sheet(tmp_path / "sheet.png", views)
    with Image.open(tmp_path / "sheet.png") as sheet:
        width, height = sheet.size
        assert width > 3 * height
        assert np.asarray(sheet.convert("L")).std() > 30
