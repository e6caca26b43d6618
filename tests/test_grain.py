"""A change costs the base passes of what it really touches, and `explain` says so beforehand.

The stages run in this process, with a base that is quick; `test_pipeline.py` has the real ones.
"""

import contextlib
import json
import re
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from dvc.repo import Repo
from PIL import Image

from stages import augment, prepare
from stages.extract import extract
from tests.corner import Corner
from tests.images.pictures import save_noise
from viewcache.bases.artifact import CompiledBase, find_base
from viewcache.commands.explaining import explain
from viewcache.features.shards import Shard, shards_in
from viewcache.features.store import open_views, rows_of_views
from viewcache.features.wanted import Maker
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import BASE, FEATURES, PREPARED, ROWS
from viewcache.ground.stopwatch import COSTS, Stopwatch, load_record
from viewcache.images.prepared import open_prepared

IMAGES, TRANSPARENT = 40, 4
TEST_VIEW = 1_000_000
VIEWS = [0, 1, 2, TEST_VIEW]
DEFAULT = yaml.safe_load(Path("params.yaml").read_text()) | {"seed": 0}
CHANGED = {
    "data": {"source": "folder", "path": "photos", "manifest": None, "classes": None, "folds": 3},
    "evaluate": {"test_views": 1},
    "train": {"epochs": 4},
    "arms": {"budgets": [0, "twin"]},
}


class Quick(CompiledBase):
    """A base that is described as a real one and runs as `Corner`."""

    def open(self, batch_size):
        return Corner(batch_size)


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    """Images in two classes, some of them transparent, and all of their views."""
    folder = tmp_path_factory.mktemp("extracted")
    with contextlib.chdir(folder):
        save_params(CHANGED)
        change("data", image_size=32)
        for number in range(IMAGES):
            save_noise(picture(number), number)
        for number in range(TRANSPARENT):
            image = Image.open(picture(number)).convert("RGBA")
            image.putalpha(128)
            image.save(picture(number))
        run()
    return folder


@pytest.fixture(autouse=True)
def workspace(extracted, tmp_path):
    shutil.copytree(extracted, tmp_path, dirs_exist_ok=True)
    with contextlib.chdir(tmp_path):
        yield


def picture(number):
    return Path("photos") / ("cat", "dog")[number % 2] / f"{number}.png"


def save_params(sections):
    params = {name: DEFAULT[name] | values for name, values in sections.items()}
    Path("params.yaml").write_text(yaml.safe_dump(DEFAULT | params))


def change(section, **values):
    params = yaml.safe_load(Path("params.yaml").read_text())
    params[section] |= values
    Path("params.yaml").write_text(yaml.safe_dump(params))


def describe_base():
    """As `compile_base` does, but for the network."""
    BASE.mkdir(parents=True, exist_ok=True)
    params = load_params()
    of_runtime = {"runtime": "openvino", "version": "1", "precision": params.base.precision}
    made_of = {"spec": params.base_spec.described, "file": None, "weights": params.base.name}
    (BASE / "base.json").write_text(json.dumps(of_runtime | {"files": {}} | made_of))


def run():
    """The stages up to the features, as DVC runs them: it removes their outs before, but for rows.

    Returns:
        How many rows were computed, by view.
    """
    params = load_params()
    describe_base()
    shutil.rmtree(PREPARED, ignore_errors=True)
    prepare.main()
    augment.main()
    shutil.rmtree(FEATURES, ignore_errors=True)
    shutil.rmtree(COSTS, ignore_errors=True)
    settings, began = params.extract, time.time()
    maker = Maker(Quick(*find_base(BASE)), np.dtype(settings.dtype), params.base.batch_size)
    extract(open_prepared(PREPARED), maker, VIEWS, settings.engine, Stopwatch())
    shards = [Shard(path) for path in shards_in(ROWS)]
    new = [shard.views for shard in shards if shard.about.measured_at >= began]
    computed = [sum(int((views == view).sum()) for views in new) for view in VIEWS]
    assert load_record("extract")["computed"] == sum(computed)
    return computed


def told(printed):
    """Rows that `explain` says would be computed, by view."""
    return [int(count) for count in re.findall(r"reused, (\d+) computed", printed)]


def add_an_image():
    save_noise(Path("photos/cat/one more.png"), IMAGES)


def remove_rename_and_relabel_images():
    picture(9).unlink()
    picture(10).rename(picture(10).with_name("another.png"))
    picture(11).rename(Path("photos/cat/11.png"))


def part_train_and_run_otherwise():
    change("data", folds=4, split_seed=1, classes=["dog", "cat"])
    change("arms", seeds=[0, 7])
    change("extract", engine="ray")


def draw_other_views():
    params = yaml.safe_load(Path("params.yaml").read_text())
    Path("params.yaml").write_text(yaml.safe_dump(params | {"seed": 1}))


CHANGES = {
    "an image more": (add_an_image, [1, 1, 1, 1], "new to this view: 1"),
    "images less, renamed and relabelled": (remove_rename_and_relabel_images, [0] * 4, ""),
    "folds, classes, seeds and engine": (part_train_and_run_otherwise, [0] * 4, ""),
    "brightness": (
        lambda: change("augment", brightness=0.3),
        [0, IMAGES, IMAGES, IMAGES],
        "other augmentation: 40",
    ),
    "another seed of views": (
        draw_other_views,
        [0, IMAGES, IMAGES, IMAGES],
        "other augmentation: 40",
    ),
    "another background": (
        lambda: change("data", background=[0, 0, 0]),
        [TRANSPARENT] * 4,
        "other pixels: 4",
    ),
    "detail, of which all views but the images as they are sample": (
        lambda: change("data", detail=1.5),
        [0, IMAGES, IMAGES, IMAGES],
        "other augmentation: 40",
    ),
    "another pooling": (
        lambda: change("base", pooling="max"),
        [IMAGES] * 4,
        "other base.spec.pooling: 40",
    ),
    "another network": (
        lambda: change("base", name="MobileNetV2"),
        [IMAGES] * 4,
        "other base.spec.name: 40",
    ),
    "another cut": (
        lambda: change("extract", cut="blocks-13-add"),
        [IMAGES] * 4,
        "other base.spec.cut: 40",
    ),
    "another precision": (
        lambda: change("base", precision="int8"),
        [IMAGES] * 4,
        "other base.device, base.precision: 40",
    ),
    "another dtype": (
        lambda: change("extract", dtype="float16"),
        [IMAGES] * 4,
        "other dtype: 40",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_costs_the_passes_of_what_it_touches_as_was_explained(name, capsys):
    make, passes, why = CHANGES[name]
    make()
    capsys.readouterr()
    explain()
    printed = capsys.readouterr().out
    assert run() == told(printed) == passes
    assert printed.endswith(f"\n{sum(passes)} base passes\n")
    assert f"({why})" in printed or not why


def test_rows_are_those_of_a_run_that_took_nothing_over():
    add_an_image()
    change("data", background=[0, 0, 0])
    run()
    keys, features = contents(), stored()
    shutil.rmtree(ROWS)
    assert run() == [IMAGES + 1] * 4
    assert contents() == keys
    assert np.array_equal(stored(), features)


def contents():
    return {file: file.read_bytes() for file in FEATURES.iterdir()}


def stored():
    """The features of all views."""
    opened = open_views(VIEWS, open_prepared(PREPARED).digests)
    return np.array([view.of(np.arange(view.images)) for view in opened.values()])


def test_there_and_back_again_nothing_is_computed_that_dvcs_cache_has(monkeypatch):
    monkeypatch.delenv("DVC_ROOT", raising=False)
    Repo.init(no_scm=True).close()
    add_rows()
    before, keys = shards_in(ROWS), contents()
    change("augment", brightness=0.3)
    assert run() == [0, IMAGES, IMAGES, IMAGES]
    assert not {*before} <= {*shards_in(ROWS)}
    add_rows()
    save_params(CHANGED)
    change("data", image_size=32)
    assert run() == [0, 0, 0, 0]
    assert (shards_in(ROWS), contents()) == (before, keys)


def add_rows():
    with Repo() as repo:
        repo.add("data/rows")


def test_of_a_holdout_only_what_was_never_in_a_view_is_computed():
    change("data", folds=None)
    change("data", validation=0.3, test=0.3)
    shutil.rmtree(ROWS)
    run()
    before = planned()
    change("data", split_seed=1)
    computed = run()
    assert computed == [0, *(len(planned()[view] - before[view]) for view in VIEWS[1:])]
    assert 0 < sum(computed) < 3 * IMAGES


def planned():
    """Digests of the images of each view."""
    images = open_prepared(PREPARED)
    rows = rows_of_views(VIEWS, len(images.digests))
    return {view: set(images.of(of)) for view, of in rows.items()}


def test_before_a_base_was_compiled_explain_says_what_to_do():
    shutil.rmtree(BASE)
    with pytest.raises(PipelineError, match=r"base\.json .*compile"):
        explain()
