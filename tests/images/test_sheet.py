import numpy as np
from PIL import Image

from viewcache.images.sheet import GAP, HEADING, TILE, draw_sheet

PICTURE = np.full((20, 20, 3), 80, np.uint8)


def test_a_row_with_headings_is_higher_and_short_rows_leave_room(tmp_path):
    draw_sheet(tmp_path / "sheet.png", [(["a"], [PICTURE] * 3), ([], [PICTURE])])
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (3 * (TILE + GAP) + GAP, 2 * (TILE + GAP) + HEADING + GAP)
        assert sheet.getpixel((GAP + TILE // 2, GAP + HEADING + TILE // 2)) == (80, 80, 80)
        assert sheet.getpixel((sheet.width - 20, sheet.height - 20)) == (255, 255, 255)


def test_a_long_heading_stays_above_its_picture(tmp_path):
    draw_sheet(tmp_path / "sheet.png", [(["long\nname " * 30, ""], [PICTURE] * 2)])
    with Image.open(tmp_path / "sheet.png") as sheet:
        beside = np.asarray(sheet.convert("L"))[:HEADING, GAP + TILE + 1 :]
        assert beside.min() == 255


def headed(path, heading):
    draw_sheet(path, [([heading], [PICTURE])])
    with Image.open(path) as sheet:
        return np.asarray(sheet.convert("L"))[:HEADING]


def test_letters_of_many_scripts_are_drawn_and_others_named_in_one_line(tmp_path, capsys):
    drawn = [headed(tmp_path / "sheet.png", letter).tobytes() for letter in "uüЖ"]
    assert len(set(drawn)) == 3
    assert capsys.readouterr().err == ""
    headed(tmp_path / "sheet.png", "cat 猫, dog 犬")
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith("its font, DejaVu Sans, lacks: 犬猫")
