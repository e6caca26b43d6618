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
    assert list(table()) == ["path", "class", *columns, "rejected"]
    assert set(table()["path"]) == {f"photos/{number % 2}/{number}.png" for number in range(70)}
    assert table()[columns].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-6)
    best = table()[columns].idxmax(axis=1).str.removeprefix("probability_")
    assert table()["class"].tolist() == best.tolist()
    assert not table()["rejected"].any()


@pytest.mark.usefixtures("workspace")
def test_a_bad_image_is_told_and_costs_no_other_its_answer():
    Path("photos/0/bad.jpg").write_text("no image")
    with pytest.raises(PipelineError, match=r"1 of 71 that are not: 'photos/0/bad.jpg': not an im"):
        predict([Path("photos")], Path("found.csv"))
    rows = table().set_index("path")
    assert rows.loc["photos/0/bad.jpg"].tolist() == ["", "", "", "not an image"]
    assert (rows["class"] != "").sum() == 70


@pytest.mark.usefixtures("workspace")
def test_files_are_taken_in_the_order_in_which_they_are_named():
    files = [Path("photos/1/3.png"), Path("photos/0/2.png")]
    predict(files, Path("found.csv"))
    assert table()["path"].tolist() == list(map(str, files))


@pytest.mark.usefixtures("workspace")
def test_what_is_not_there_is_named():
    with pytest.raises(PipelineError, match=r"must be files or folders that exist.*'fotos'"):
        predict([Path("photos"), Path("fotos")], Path("found.csv"))
