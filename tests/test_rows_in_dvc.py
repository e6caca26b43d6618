"""What `extract` computes under the real DVC: forty photographs, three views."""

import shutil

import pytest

from tests.photographs import crops, save_crops
from tests.repository import Repository, make_repository

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
    own = {"source": "folder", "path": str(folder / "photos"), "limit": None}
    repository.set("data", **own, manifest=None, classes=None, image_size=32)
    repository.set("train", epochs=2)
    repository.set("arms", budgets=[0, "twin"], seeds=[0])
    repository.set("end_to_end", keras=0, compiled=0)
    repository.dvc("repro", "train_head")
    repository.commit()
    return repository


@pytest.fixture
def own(extracted, tmp_path):
    """A copy, whose photographs are its own."""
    copy = extracted.copy(tmp_path / "repository")
    shutil.copytree(extracted.path.parent / "photos", tmp_path / "photos")
    copy.set("data", path=str(tmp_path / "photos"))
    copy.dvc("repro", "extract")
    copy.commit()
    return copy


def passes(repository: Repository, *arguments: str) -> int:
    """Base passes of `dvc repro extract`, or of another command."""
    output = repository.dvc(*(arguments or ("repro", "extract")))
    told = [line for line in output.splitlines() if line.endswith(" computed")]
    return sum(int(line.split(": ")[1].split()[0].replace(",", "")) for line in told)


def photos(repository: Repository):
    return repository.path.parent / "photos"


def test_a_change_of_images_costs_the_rows_of_what_is_new(own):
    crop = next(crops("astronaut", 1))
    crop.save(photos(own) / "cat/new.png")
    assert passes(own) == 1 + RANDOM
    (photos(own) / "cat/0.jpg").unlink()
    assert passes(own) == 0
    (photos(own) / "cat/1.jpg").rename(photos(own) / "cat/renamed.jpg")
    (photos(own) / "cat/2.jpg").rename(photos(own) / "coffee/relabelled.jpg")
    assert passes(own) == 0
    own.set("data", folds=4, split_seed=1)
    assert passes(own) == 0


@pytest.mark.slow
def test_a_setting_changed_and_changed_back_costs_nothing_more(own):
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


def test_rows_that_were_deleted_are_found_in_dvcs_cache(own):
    shutil.rmtree(own.path / "data/rows")
    assert passes(own) == 0
    assert list((own.path / "data/rows").glob("*.arrow"))


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


def test_an_image_more_moves_its_rows_and_the_keys(own, tmp_path):
    own.dvc("remote", "add", "--default", "folder", str(tmp_path / "remote"))
    own.dvc("push")
    before = sizes(tmp_path / "remote")
    next(crops("astronaut", 1)).save(photos(own) / "cat/new.png")
    own.dvc("repro", "extract")
    own.dvc("push", "extract")
    new = {path: size for path, size in sizes(tmp_path / "remote").items() if path not in before}
    lists = [path for path in new if path.endswith(".dir")]
    assert len(new) == (1 + RANDOM) + 2 + len(lists) + 1  # keys, shards of view 0 and others, costs
    assert sum(new.values()) < 30_000


def sizes(folder):
    return {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


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
