"""What `extract` computes under the real DVC: forty photographs, three views."""

import os
import shutil
import signal
import sys

import pytest

from tests.photographs import crops, save_crops
from tests.repository import Repository, make_repository
from tests.servers import wait_until

IMAGES, RANDOM = 40, 2
"""Random views: one for training, one for the test."""
OTHER = ("-S", "augment.brightness=0.4")
FEATURES = ("prepare", "calibrate", "augment", "compile_base", "extract")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    save_crops(folder / "photos", {"cat": IMAGES // 2, "coffee": IMAGES // 2})
    (folder / "repository").mkdir()
    repository = make_repository(folder / "repository")
    own = {"source": "folder", "path": "../photos", "limit": None}
    repository.set("data", **own, manifest=None, classes=None, image_size=32)
    repository.set("train", epochs=2)
    repository.set("arms", budgets=[0, "twin"], seeds=[0])
    repository.set("end_to_end", keras=0, compiled=0)
    repository.dvc("repro", "extract")
    repository.commit()
    return repository


@pytest.fixture
def own(extracted, tmp_path):
    """A copy, whose photographs are its own."""
    shutil.copytree(extracted.path.parent / "photos", tmp_path / "photos")
    return extracted.copy(tmp_path / "repository")


def passes(repository: Repository, *arguments: str) -> int:
    """Base passes of `dvc repro extract`, or of another command."""
    output = repository.dvc(*(arguments or ("repro", "extract")))
    told = [line for line in output.splitlines() if line.endswith(" computed")]
    return sum(int(line.split(": ")[1].split()[0].replace(",", "")) for line in told)


def photos(repository: Repository):
    return repository.path.parent / "photos"


def test_an_image_more_costs_and_moves_its_own_rows(own, tmp_path):
    own.dvc("remote", "add", "--default", "folder", str(tmp_path / "remote"))
    own.dvc("push", "extract")
    before = sizes(tmp_path / "remote")
    next(crops("astronaut", 1)).save(photos(own) / "cat/new.png")
    assert passes(own) == 1 + RANDOM
    own.dvc("push", "extract")
    new = {path: size for path, size in sizes(tmp_path / "remote").items() if path not in before}
    lists = [path for path in new if path.endswith(".dir")]
    assert len(new) == (1 + RANDOM) + 2 + len(lists) + 1  # keys, shards of view 0 and others, costs
    assert sum(new.values()) < 30_000


def sizes(folder):
    return {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_images_less_renamed_relabelled_and_in_other_folds_cost_nothing(own):
    (photos(own) / "cat/0.jpg").unlink()
    (photos(own) / "cat/1.jpg").rename(photos(own) / "cat/renamed.jpg")
    (photos(own) / "cat/2.jpg").rename(photos(own) / "coffee/relabelled.jpg")
    own.set("data", folds=4, split_seed=1)
    assert passes(own) == 0


def test_after_a_kill_a_run_goes_on_and_what_was_before_is_found_in_dvcs_cache(own):
    rows = own.path / "data/rows"
    before, keys = sorted(rows.iterdir()), own.outs()["data/features"]
    own.set("augment", brightness=0.4)
    running = own.start(sys.executable, "-m", "dvc", "repro", "extract")
    wait_until(lambda: not set(before) <= set(rows.iterdir()), step=0.002)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert own.repro("extract")[-1] == "extract"
    assert own.outs()["data/features"] != keys
    own.set("augment", brightness=0.2)
    assert passes(own) == 0
    assert own.outs()["data/features"] == keys
    assert sorted(rows.iterdir()) == before


@pytest.mark.slow
def test_a_setting_changed_and_changed_back_costs_nothing_more(own):
    own.dvc("repro", "train_head")
    assert passes(own, "exp", "run", *OTHER, "train_head") == RANDOM * IMAGES
    output = own.dvc("exp", "run", "-S", "augment.brightness=0.2", "train_head")
    assert "120 rows of 3 views: 0 computed" in output
    assert "Stage 'train_head' is cached" in output  # of DVC's run cache


@pytest.mark.slow
def test_a_checkout_of_an_older_commit_and_back_costs_nothing(own):
    assert passes(own, "exp", "run", *OTHER, "extract") == RANDOM * IMAGES
    own.commit()
    for revision in ("HEAD~1", "HEAD@{1}"):
        own.run("git", "checkout", "--quiet", "--force", revision)
        own.dvc("checkout", *FEATURES)
        assert passes(own) == 0
        assert passes(own, "repro", "--force", "--single-item", "extract") == 0


@pytest.mark.slow
def test_a_clone_has_the_rows_after_a_pull_and_without_them_says_what_brings_them(own, tmp_path):
    own.dvc("remote", "add", "--default", "folder", str(tmp_path / "remote"))
    own.dvc("repro", "train_head")
    own.commit()
    own.dvc("push", "train_head", *FEATURES)
    own.run("git", "clone", "--quiet", ".", str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    clone.set("train", learning_rate=0.01)
    output = clone.dvc("repro", "--pull", "--allow-missing", "train_head", fails=True)
    assert "`dvc checkout` or `dvc pull` brings them" in output
    clone.dvc("pull", "extract")
    assert passes(clone, "repro", "--pull", "--allow-missing", "train_head") == 0


@pytest.mark.slow
def test_what_a_list_no_longer_holds_is_in_nobodys_hash(own, tmp_path):
    """A budget less, pushed: a clone has nothing to run."""
    own.set("arms", budgets=[0, 1, "twin"])
    own.set("train", epochs=4)
    own.dvc("repro", "train_head")
    own.set("arms", budgets=[0, "twin"])
    own.set("train", epochs=2)
    own.dvc("repro", "train_head")
    own.dvc("remote", "add", "--default", "folder", str(tmp_path / "remote"))
    own.commit()
    own.dvc("push")
    own.run("git", "clone", "--quiet", ".", str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    clone.dvc("pull", *FEATURES, "train_head")
    assert "up to date" in clone.dvc("repro", "train_head")


@pytest.mark.slow
def test_two_experiments_in_copies_and_the_workspace_compute_rows_once(repository):
    """Of the real images: 120 in one random view of the test, and in two for training."""
    for number, name in enumerate(("one", "two")):
        queued = (*OTHER, "-S", f"train.learning_rate=0.00{number + 1}", "--name", name)
        ran = passes(repository, "exp", "run", "--temp", *queued, "extract")
        assert ran == (0 if number else 3 * 120)
    repository.dvc("exp", "apply", "one")
    assert passes(repository) == 0
    assert passes(repository, "repro", "--force", "--single-item", "extract") == 0
