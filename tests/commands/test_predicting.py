import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.images.pictures import save_noise
from viewcache.commands.predicting import predict
from viewcache.ground.errors import PipelineError


@pytest.fixture
def workspace(reproduced, tmp_path, monkeypatch):
    """An exported model, and a folder of photographs with what systems leave behind."""
    shutil.copytree(reproduced.path / "data/model", tmp_path / "data/model")
    monkeypatch.chdir(tmp_path)
    for number in range(70):
        save_noise(Path(f"photos/{number % 2}/{number}.png"), number)
    Path("photos/.DS_Store").touch()


def table():
    return pd.read_csv("found.csv", keep_default_na=False)


@pytest.mark.usefixtures("workspace")
def test_every_file_of_a_folder_gets_a_class_and_probabilities():
    predict([Path("photos")], Path("found.csv"))
    columns = ["probability_functional", "probability_defective"]
    assert list(table()) == ["path", "class", *columns, "rejected", "warnings"]
    assert set(table()["path"]) == {f"photos/{number % 2}/{number}.png" for number in range(70)}
    assert table()[columns].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-6)
    best = table()[columns].idxmax(axis=1).str.removeprefix("probability_")
    assert table()["class"].tolist() == best.tolist()
    assert not table()["rejected"].any()


@pytest.mark.usefixtures("workspace")
def test_averaging_over_views_gives_an_image_the_same_answer_in_any_company():
    predict([Path("photos")], Path("found.csv"), views=2)
    columns = ["probability_functional", "probability_defective"]
    together = table().set_index("path").loc["photos/1/3.png", columns]
    predict([Path("photos/1/3.png")], Path("found.csv"), views=2)
    alone = table().set_index("path").loc["photos/1/3.png", columns]
    assert alone.tolist() == pytest.approx(together.tolist(), abs=1e-5)
    predict([Path("photos/1/3.png")], Path("found.csv"))
    assert abs(table().loc[0, columns[0]] - alone[columns[0]]) > 1e-4


@pytest.mark.parametrize("views", [-1, 101])
@pytest.mark.usefixtures("workspace")
def test_a_number_of_views_that_none_has_is_refused(views):
    with pytest.raises(PipelineError, match=rf"views must .* from 0 to 100. Received: {views}"):
        predict([Path("photos")], Path("found.csv"), views)
    assert not Path("found.csv").exists()


@pytest.mark.usefixtures("workspace")
def test_a_bad_image_is_told_and_costs_no_other_its_answer():
    Path("photos/0/bad.jpg").write_text("no image")
    with pytest.raises(PipelineError, match=r"1 of 71 that are not: 'photos/0/bad.jpg': not an im"):
        predict([Path("photos")], Path("found.csv"))
    rows = table().set_index("path")
    assert rows.loc["photos/0/bad.jpg"].tolist() == ["", "", "", "not an image", ""]
    assert (rows["class"] != "").sum() == 70


@pytest.mark.usefixtures("workspace")
def test_files_are_taken_in_the_order_in_which_they_are_named():
    files = [Path("photos/1/3.png"), Path("photos/0/2.png")]
    predict(files, Path("found.csv"))
    assert table()["path"].tolist() == list(map(str, files))


def rejected(*images: str) -> dict[str, str]:
    """The reason for every file that is no image."""
    with pytest.raises(PipelineError, match=r"found\.csv says which are not"):
        predict([Path(path) for path in images], Path("found.csv"))
    return table().query("rejected != ''").set_index("path")["rejected"].to_dict()


@pytest.mark.usefixtures("workspace")
def test_what_is_not_there_is_told_and_costs_no_other_its_answer():
    missing = {"fotos": "cannot be read: No such file or directory"}
    assert rejected("fotos", "photos") == missing
    assert (table()["class"] != "").sum() == 70


@pytest.mark.usefixtures("workspace")
def test_links_pipes_and_loops_have_a_row_each_with_the_reason():
    Path("photos/0/nowhere.png").symlink_to("nothing")
    Path("photos/0/itself.png").symlink_to("itself.png")
    Path("photos/0/up").symlink_to("..")
    Path("photos/0/linked.png").symlink_to("2.png")
    os.mkfifo("photos/0/pipe.png")
    assert rejected("photos") == {
        "photos/0/itself.png": "links to nothing",
        "photos/0/nowhere.png": "links to nothing",
        "photos/0/pipe.png": "is a pipe or a device, not a file",
        "photos/0/up": "links to a folder",
    }
    assert (table()["class"] != "").sum() == 71


@pytest.mark.usefixtures("workspace")
def test_an_empty_folder_fails_and_one_beside_images_does_not():
    Path("photos/empty").mkdir()
    predict([Path("photos")], Path("found.csv"))
    Path("photos/empty/.DS_Store").touch()
    assert rejected("photos/empty") == {"photos/empty": "is a folder without files"}


@pytest.mark.usefixtures("workspace")
def test_what_is_odd_about_an_image_stands_in_its_row(capsys):
    Path("photos/0/2.png").rename("photos/0/2.jpg")
    predict([Path("photos/0")], Path("found.csv"))
    odd = table().query("warnings != ''").set_index("path")["warnings"]
    assert odd.to_dict() == {"photos/0/2.jpg": "named .jpg, but a PNG"}
    assert "1 images were taken with a warning: see found.csv" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["nowhere/found.csv", "photos"])
@pytest.mark.usefixtures("workspace")
def test_where_nothing_can_be_written_nothing_is_begun(out):
    shutil.rmtree("data/model")
    with pytest.raises(PipelineError, match=rf"--out must name a file .* Received: '{out}'"):
        predict([Path("photos")], Path(out))
